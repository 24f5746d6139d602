import { getReg, type Kernel, restoreSnapshot, runSlice, takeExits, takeSnapshot, Tracer } from '@ring3/kernel';
import { MachineEngine, nodeHost, openImageFolder } from '@ring3/machine/engine';
import { Cpu } from '@ring3/abi';
import { describe, expect, test, vi } from 'vitest';
import { root } from '../support/run.js';
import { CountingPlatform, freshCore, haveBusybox, shellMachine } from './programs.js';

vi.setConfig({ testTimeout: 120_000 });

/** Every group of tracepoints. */
const EVERYTHING = 0x7f;

const script = [
  'mkdir /d; cd /d; for i in 1 2 3; do (sleep 0.$i; echo job $i $$) & done',
  'trap "echo usr1" USR1; kill -USR1 $$',
  'seq 200 | grep 7 | wc -l; head -c 8 /dev/urandom | od -x; cat /proc/uptime; date',
  'echo one >a; ln -s a b; cat b; (kill -SEGV $BASHPID); wait; echo $? $RANDOM; ls -la',
].join('; ');

interface Run {
  events: string[];
  output: string;
  exits: unknown[];
  icount: number;
}

/** Runs on to the end in slices of `step`, with every event on the way. */
function finish(k: Kernel, platform: CountingPlatform, step: number): Run {
  const events: string[] = [];
  k.trace.attach(EVERYTHING, {
    record: ({ event, icount, time, tid, fields }) => void events.push(JSON.stringify([event, icount, time, tid, fields])),
  });
  while (k.init.children.size > 0) if (runSlice(k, step) === 'idle') throw new Error('the machine sleeps for ever');
  return { events, output: platform.output.get(1) ?? '', exits: takeExits(k), icount: getReg(k, Cpu.Icount) };
}

describe.skipIf(!haveBusybox)('a shell script with jobs, pipes, signals and files', () => {
  const whole = (step: number): Run => {
    const { k, platform } = shellMachine(script, { aslr: true });
    return finish(k, platform, step);
  };
  const first = haveBusybox ? whole(1_000_000) : null;

  test('runs', () => {
    expect(first!.output).toMatch(/job 3 \d+\n/);
    expect(first!.events.length).toBeGreaterThan(1000);
  });

  test.each([2_000_003, 9_973])('twice, the second time in slices of %i: the same events', (step) => {
    expect(whole(step)).toEqual(first);
  });

  // Points all over the run, the same in every test run.
  test.each(Array.from({ length: 8 }, (_, i) => ((i + 1) * 0.618034) % 1))(
    'snapshot at %f of it, restored in a fresh machine: the same from there on',
    (part) => {
      const { k, platform } = shellMachine(script, { aslr: true });
      while (getReg(k, Cpu.Icount) < Math.floor(part * first!.icount))
        runSlice(k, Math.floor(part * first!.icount) - getReg(k, Cpu.Icount));
      const snapshot = takeSnapshot(k);

      const onward = new CountingPlatform();
      onward.drawn = platform.drawn;
      const restored: Kernel = restoreSnapshot(snapshot, { core: freshCore(() => restored), platform: onward, trace: new Tracer() });
      const rest = finish(restored, onward, 50_000);

      expect((platform.output.get(1) ?? '') + rest.output).toBe(first!.output);
      expect({ exits: rest.exits, icount: rest.icount }).toEqual({ exits: first!.exits, icount: first!.icount });
      expect(rest.events).toEqual(first!.events.slice(first!.events.length - rest.events.length));
    },
  );
});

test('@ring3/machine with a virtual clock and a seed: the same events for programs of the base image', async () => {
  const run = async (): Promise<string[]> => {
    const events: string[] = [];
    const output: Buffer[] = [];
    const streams = {
      write: (_handle: number, bytes: Uint8Array): boolean => output.push(Buffer.from(bytes)) > 0,
      wanted: () => {},
      consumed: () => {},
      closed: () => {},
    };
    const image = openImageFolder(`${root}.cache/base-image`);
    const machine = MachineEngine.create(nodeHost, { root: { kind: 'image', image }, clock: 'virtual', seed: 42, aslr: true }, streams);
    machine.kernel.trace.attach(EVERYTHING, { record: (record) => void events.push(JSON.stringify(record)) });
    const guest = machine.spawn('/bin/bash', [
      '-c',
      'for i in 2 1; do (sleep $i; date; echo $i $RANDOM) & done; wait; ls -l /proc/self/fd; lua5.4 -e "print({})"; sort -R /etc/passwd',
    ]);
    await machine.run();
    expect((await guest.exited).code).toBe(0);
    return [...events, Buffer.concat(output).toString()];
  };
  const first = await run();
  expect(first.length).toBeGreaterThan(1000);
  expect(await run()).toEqual(first);
});
