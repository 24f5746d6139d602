import { At, O, Sig } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { EIO, Errno } from '../errno.js';
import { createHostInput, createHostOutput } from '../fs/host-stream/host-stream.js';
import { KernelIter } from '../io/kernel-iter.js';
import { sendFromOutside } from '../outside.js';
import { takeSnapshot } from '../snapshot/snapshot.js';
import { execSpawned, prepareSpawn, type SpawnRequest } from '../spawn.js';
import { testMachine, type TestMachine } from '../testing/machine.js';
import { elfWith, SlowImage } from '../testing/slow-image.js';
import { takeExits } from '../task/init.js';
import { TaskState, type Task } from '../task/task.js';
import { runSlice } from '../trap/trap.js';
import { openAt } from '../vfs/open.js';
import { fput } from '../vfs/file-table.js';
import { truncatePages } from './truncate.js';

function code(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/** exit_group(*(u8 *)0x402000) */
const TOUCH = code('D7Y8JQAgQAC45wAAAA8F');
/** n = read(open("/img/data"), 0x402000, 0x2800); exit_group(n < 0 ? −n : (n >> 8) + *(u8 *)0x403000) */
const READ = code('uAIAAABIjT0zAAAAMfYPBYnHMcC+ACBAALoAKAAADwVIhcB4D8HoCA+2PCUAMEAAAcfrBPfYice45wAAAA8FL2ltZy9kYXRhAA==');
/** n = write(1, 0x401ff8, 16); uname(0x403000); exit_group(n + *(u8 *)0x403000) */
const COPY = code('uAEAAAC/AQAAAL74H0AAuhAAAAAPBYnDuD8AAAC/ADBAAA8FD7Y8JQAwQAAB37jnAAAADwU=');

const data = new Uint8Array(0x5000).map((_, i) => 1 + (i >> 12));

function machine(): { m: TestMachine; image: SlowImage } {
  const m = testMachine();
  const image = new SlowImage({ touch: elfWith(TOUCH, 4), copy: elfWith(COPY, 4), data });
  image.mount(m);
  return { m, image };
}

function request({ k }: TestMachine, path: string): SpawnRequest {
  const files = [createHostInput(k, 0), createHostOutput(k, 1), createHostOutput(k, 2)] as const;
  return { path, argv: [path], envp: [], cwd: '/', uid: 0, gid: 0, files };
}

/** Spawns; what has to be read for that is there. */
function spawn(m: TestMachine, image: SlowImage, path: string): Task {
  const asked = request(m, path);
  const task = prepareSpawn(m.k, asked);
  while (!execSpawned(m.k, task, asked, true)) image.answer(m);
  return task;
}

/** Runs until everybody sleeps or has ended; the wait statuses of those that have, by pid. */
function settle({ k }: TestMachine): Map<number, number> {
  const exits = new Map<number, number>();
  let result = runSlice(k, 1_000_000);
  while (result === 'ready') result = runSlice(k, 1_000_000);
  for (const { pid, status } of takeExits(k)) exits.set(pid, status);
  return exits;
}

describe('pages of a slow host', () => {
  it('a fault waits for its page, uninterruptibly, and asks for the pages around it', () => {
    const { m, image } = machine();
    const asked = request(m, '/img/touch');
    const task = prepareSpawn(m.k, asked);
    expect(execSpawned(m.k, task, asked, true)).toBe(false);
    expect(image.asked(m)).toEqual(['touch 0']);
    image.answer(m);
    expect(execSpawned(m.k, task, asked, true)).toBe(true);
    expect(settle(m).size).toBe(0);
    expect(task.state).toBe(TaskState.Uninterruptible);
    expect(image.asked(m)).toEqual(['touch 2', 'touch 1', 'touch 3']);
    image.answer(m, 1);
    expect(settle(m).size).toBe(0);
    image.answer(m, 2);
    expect(settle(m).get(task.tid)).toBe(32 << 8);
    expect([task.majFlt, task.minFlt > 0]).toEqual([1, true]);
  });

  it('two processes that fault on one page share one read; only the first fault is a major one', () => {
    const { m, image } = machine();
    const first = spawn(m, image, '/img/touch');
    const second = spawn(m, image, '/img/touch');
    settle(m);
    expect(image.asked(m).filter((name) => name === 'touch 2')).toHaveLength(1);
    image.answer(m, 2);
    const exits = settle(m);
    expect([exits.get(first.tid), exits.get(second.tid)]).toEqual([32 << 8, 32 << 8]);
    expect([first.majFlt, second.majFlt]).toEqual([1, 0]);
  });

  it('a fatal signal ends the wait, one that would be ignored does not', () => {
    const { m, image } = machine();
    const task = spawn(m, image, '/img/touch');
    settle(m);
    sendFromOutside(m.k, task, Sig.CHLD);
    expect([settle(m).size, task.state]).toEqual([0, TaskState.Uninterruptible]);
    sendFromOutside(m.k, task, Sig.USR1);
    expect(settle(m).get(task.tid)).toBe(Sig.USR1);
    const other = spawn(m, image, '/img/touch');
    settle(m);
    sendFromOutside(m.k, other, Sig.KILL);
    expect(settle(m).get(other.tid)).toBe(Sig.KILL);
    image.answer(m);
    expect(m.k.pageCache.reads.size).toBe(0);
  });

  it('a read that fails is SIGBUS for all who wait for it; the next fault asks again', () => {
    const { m, image } = machine();
    const first = spawn(m, image, '/img/touch');
    const second = spawn(m, image, '/img/touch');
    settle(m);
    image.answer(m, 2, true);
    const exits = settle(m);
    for (const task of [first, second]) expect(exits.get(task.tid)! & 0x7f).toBe(Sig.BUS);
    const third = spawn(m, image, '/img/touch');
    settle(m);
    expect(image.asked(m)).toContain('touch 2');
    image.answer(m);
    expect(settle(m).get(third.tid)).toBe(32 << 8);
  });

  it('who waits for a page that is cut off looks at the size again', () => {
    const { m, image } = machine();
    const task = spawn(m, image, '/img/touch');
    settle(m);
    const file = openAt(m.k, At.FDCWD, '/img/touch', O.RDONLY, 0);
    truncatePages(m.k, file.inode, 4096);
    fput(m.k, file);
    expect(settle(m).get(task.tid)! & 0x7f).toBe(Sig.BUS);
    image.answer(m);
    expect(m.k.pageCache.reads.size).toBe(0);
  });

  it('read() sleeps for each page and returns all of it', () => {
    const { m, image } = machine();
    m.put('/read', elfWith(READ, 6));
    const whole = spawn(m, image, '/read');
    expect(settle(m).size).toBe(0);
    expect(image.asked(m)).toEqual(['data 0']);
    let exits = new Map<number, number>();
    for (let page = 0; page < 3; page++) {
      expect([exits.size, image.asked(m)]).toEqual([0, [`data ${page}`]]);
      image.answer(m);
      exits = settle(m);
    }
    expect(exits.get(whole.tid)).toBe((0x28 + 2) << 8);
  });

  it('read() of a page that fails is EIO, or the bytes before it', () => {
    const { m, image } = machine();
    m.put('/read', elfWith(READ, 6));
    const none = spawn(m, image, '/read');
    settle(m);
    image.answer(m, 0, true);
    expect(settle(m).get(none.tid)).toBe(5 << 8);
    const some = spawn(m, image, '/read');
    settle(m);
    image.answer(m, 0);
    settle(m);
    image.answer(m, 1, true);
    // 0x1000 bytes; 0x403000 is still the program's own.
    expect(settle(m).get(some.tid)).toBe((0x10 + 48) << 8);
  });

  it('the kernel waits for slow pages of its caller’s memory, and a copy goes on where it stopped', () => {
    const { m, image } = machine();
    const task = spawn(m, image, '/img/copy');
    let exits = settle(m);
    while (!exits.has(task.tid)) {
      expect(task.state).toBe(TaskState.Uninterruptible);
      image.answer(m);
      exits = settle(m);
    }
    expect(exits.get(task.tid)).toBe((16 + 'L'.charCodeAt(0)) << 8);
    const expected = [...elfWith(COPY, 4).subarray(0x1ff8, 0x2008)].map((byte) => String.fromCharCode(byte)).join('');
    expect(m.platform.output.get(1)).toBe(expected);
  });

  it('where nothing may wait, a slow page is EIO', () => {
    const { m } = machine();
    const file = openAt(m.k, At.FDCWD, '/img/data', O.RDONLY, 0);
    let thrown: unknown;
    try {
      file.read(m.k, new KernelIter(new Uint8Array(10)), 0);
    } catch (error) {
      thrown = error;
    }
    fput(m.k, file);
    expect(thrown instanceof Errno && thrown).toBe(EIO);
  });

  it('is plain state: a wait survives a snapshot, and the new host is asked again', () => {
    const { m, image } = machine();
    const task = spawn(m, image, '/img/touch');
    settle(m);
    expect(() => takeSnapshot(m.k)).not.toThrow();
    const asked = image.asked(m);
    m.platform.blockReads.clear();
    m.k.pageCache.askAgain(m.k);
    expect(image.asked(m)).toEqual(asked);
    image.answer(m);
    expect(settle(m).get(task.tid)).toBe(32 << 8);
  });
});
