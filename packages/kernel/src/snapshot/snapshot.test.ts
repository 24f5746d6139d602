import { Header, MemoryMap } from '@ring3/abi';
import { createCore, loadCoreModule } from '@ring3/core';
import { describe, expect, it } from 'vitest';
import { createHostInput, createHostOutput } from '../fs/host-stream/host-stream.js';
import type { Kernel } from '../kernel.js';
import { spawnProcess } from '../spawn.js';
import { takeExits } from '../task/init.js';
import { FakePlatform } from '../testing/fake-platform.js';
import { testMachine } from '../testing/machine.js';
import { Tracer } from '../trace/tracer.js';
import { coreImports } from '../trap/page-fault.js';
import { runSlice } from '../trap/trap.js';
import { restoreSnapshot, takeSnapshot } from './snapshot.js';

/**
 * An ELF file: forks; both sides count down from 50,000; the child prints "c" and exits with 5; the parent waits for it, prints "p"
 * and exits with the child's status + 3.
 */
const program = Uint8Array.from(
  atob(
    [
      'f0VMRgIBAQAAAAAAAAAAAAIAPgABAAAAeABAAAAAAABAAAAAAAAAAAgBAAAAAAAAAAAAAEAAOAABAEAAAwACAAEAAAAHAAAAeAAA',
      'AAAAAAB4AEAAAAAAAHgAQAAAAAAAeQAAAAAAAAB5AAAAAAAAAAEAAAAAAAAAuDkAAAAPBYnDuVDDAAD/yXX8hdt1FmhjCgAA6EIA',
      'AAC4PAAAAL8FAAAADwVIg+wQuD0AAABIx8f/////SInmMdJFMdIPBUQPtmQkAWhwCgAA6AwAAABBjXwkA7jnAAAADwW4AQAAAL8B',
      'AAAASI10JAi6AgAAAA8Fww==',
    ].join(''),
  ),
  (char) => char.charCodeAt(0),
);

const everything = 0x7f;

function start(k: Kernel): void {
  spawnProcess(k, {
    path: '/prog',
    argv: ['/prog'],
    envp: [],
    cwd: '/',
    uid: 0,
    gid: 0,
    files: [createHostInput(k, 0), createHostOutput(k, 1), createHostOutput(k, 2)],
  });
}

/** Runs to the end in slices of `step`; every event from here on, and how it ended. */
function finish(k: Kernel, step: number) {
  const events: string[] = [];
  k.trace.attach(everything, {
    record: ({ event, icount, time, tid, fields }) => void events.push(JSON.stringify([event, icount, time, tid, fields])),
  });
  while (k.init.children.size > 0) if (runSlice(k, step) === 'idle') throw new Error('it sleeps for ever');
  return { events, exits: takeExits(k), icount: k.clock.icount(k) };
}

function machine() {
  const m = testMachine({ quantum: 7_001 });
  m.put('/prog', program);
  start(m.k);
  return m;
}

describe('determinism', () => {
  it('the same program twice gives the same events, whatever the host slices are', () => {
    const a = machine();
    const b = machine();
    const first = finish(a.k, 1_000_000);
    expect(first.exits.map(({ status }) => status)).toEqual([8 << 8]);
    expect(a.platform.output.get(1)).toBe('c\np\n');
    expect(finish(b.k, 333)).toEqual(first);
    expect(first.events.length).toBeGreaterThan(20);
  });

  it.each([1, 3, 7_000, 40_000, 77_777, 100_010])('a snapshot after %i instructions goes on as the machine does', (at) => {
    const m = machine();
    runSlice(m.k, at);
    const snapshot = takeSnapshot(m.k);
    const platform = new FakePlatform();
    const core = createCore(
      loadCoreModule(),
      { memoryLimit: 64 << 20 },
      coreImports(() => restored),
    );
    const restored: Kernel = restoreSnapshot(snapshot, { core, platform, trace: new Tracer() });
    const touched = (k: Kernel): number => k.core.u32[(MemoryMap.Header + Header.FramesTouched) >>> 2]!;
    expect(touched(restored)).toBe(touched(m.k));
    expect(finish(restored, 1_000)).toEqual(finish(m.k, 1_000_000));
  });
});
