import { describe, expect, it } from 'vitest';
import type { Kernel } from '../kernel.js';
import { TimerEntry, TimerQueue } from './timer-queue.js';

class Probe extends TimerEntry {
  constructor(
    readonly name: string,
    readonly log: string[],
  ) {
    super();
  }
  expire(): void {
    this.log.push(this.name);
  }
}

const k = {} as Kernel;

describe('TimerQueue', () => {
  it('expires by deadline, and in order of arrival among equals', () => {
    const queue = new TimerQueue();
    const log: string[] = [];
    const deadlines = { a: 30, b: 10, c: 20, d: 10, e: 40 };
    for (const [name, deadline] of Object.entries(deadlines)) queue.add(new Probe(name, log), deadline);
    expect(queue.next).toBe(10);
    queue.run(k, 30);
    expect(log).toEqual(['b', 'd', 'c', 'a']);
    expect(queue.next).toBe(40);
  });

  it('moves an entry that is added again, and forgets one that is removed', () => {
    const queue = new TimerQueue();
    const log: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Probe(name, log)) as [Probe, Probe, Probe];
    queue.add(a, 1);
    queue.add(b, 2);
    queue.add(c, 3);
    queue.add(a, 9);
    queue.remove(b);
    queue.remove(b);
    expect(b.active).toBe(false);
    queue.run(k, 100);
    expect(log).toEqual(['c', 'a']);
    expect(queue.next).toBe(Infinity);
  });

  it('keeps the heap in order under many changes', () => {
    const queue = new TimerQueue();
    const log: string[] = [];
    const probes = Array.from({ length: 200 }, (_, i) => new Probe(String(i), log));
    probes.forEach((probe, i) => queue.add(probe, (i * 7919) % 1009));
    probes.filter((_, i) => i % 3 === 0).forEach((probe) => queue.remove(probe));
    const left = probes.filter((_, i) => i % 3 !== 0).toSorted((x, y) => x.deadline - y.deadline);
    queue.run(k, Infinity);
    expect(log).toEqual(left.map((probe) => probe.name));
  });
});
