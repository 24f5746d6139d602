import { describe, expect, it } from 'vitest';
import { Pid } from '../task/pid.js';
import { decodeGraph, encodeGraph } from './graph.js';

describe('graph of plain state', () => {
  it('keeps classes, cycles, shared objects, collections and odd numbers', () => {
    const shared = { a: 1n, nan: NaN, inf: -Infinity, none: undefined, nil: null };
    const root: Record<string, unknown> = {
      list: [shared, shared],
      map: new Map<unknown, unknown>([[shared, 'x']]),
      set: new Set([shared]),
      pid: new Pid(7),
    };
    root['self'] = root;
    root['bytes'] = new Uint32Array([1, 2, 0xffff_ffff]);
    const copy = decodeGraph(encodeGraph(root)) as typeof root;
    expect(copy).toEqual(root);
    expect(copy['self']).toBe(copy);
    expect(copy['pid']).toBeInstanceOf(Pid);
    const [first, second] = copy['list'] as object[];
    expect(first).toBe(second);
    expect((copy['set'] as Set<object>).has(first!)).toBe(true);
    expect((copy['map'] as Map<object, string>).get(first!)).toBe('x');
    expect(first).not.toBe(shared);
  });

  it('says where something is that is no plain data', () => {
    expect(() => encodeGraph({ a: [{ b: () => 1 }] })).toThrow('function at .a[0].b');
    expect(() => encodeGraph({ when: new Date() })).toThrow('unregistered Date at .when');
  });

  it('survives long chains', () => {
    let chain: object = {};
    for (let i = 0; i < 100_000; i++) chain = { chain };
    expect(encodeGraph(chain).length).toBe(100_001);
  });
});
