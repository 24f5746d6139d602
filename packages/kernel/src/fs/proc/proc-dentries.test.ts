import { At, S, Sig } from '@ring3/abi';
import { expect, test } from 'vitest';
import type { Kernel } from '../../kernel.js';
import { kernelInfo, sendSignal } from '../../signal/send.js';
import { testMachine } from '../../testing/machine.js';
import { spawnProgram, spinProgram } from '../../testing/spin-program.js';
import { takeExits } from '../../task/init.js';
import { runSlice } from '../../trap/trap.js';
import { LookupFlags, pathAt } from '../../vfs/namei.js';
import type { Path } from '../../vfs/path.js';
import { createProcFs } from './procfs.js';

function machineWithProc() {
  const { k, put } = testMachine();
  put('/spin', spinProgram(0));
  pathAt(k, At.FDCWD, '/', LookupFlags.Follow).inode.mkdir(k, 'proc', S.IFDIR | 0o555, k.current.cred);
  k.mounts.mount(k, createProcFs(k), pathAt(k, At.FDCWD, '/proc', LookupFlags.Follow));
  return k;
}

const at = (k: Kernel, path: string): Path => pathAt(k, At.FDCWD, path, LookupFlags.None);

test('what stands for a task is found again, with the owner that the task has by now', () => {
  const k = machineWithProc();
  const task = spawnProgram(k, '/spin');
  const { dentry, inode } = at(k, `/proc/${task.tid}/exe`);
  expect(inode.uid).toBe(0);
  task.cred = Object.assign(Object.create(Object.getPrototypeOf(task.cred) as object) as typeof task.cred, task.cred, { euid: 7, egid: 8 });
  const again = at(k, `/proc/${task.tid}/exe`);
  expect(again.dentry).toBe(dentry);
  expect([again.inode.uid, again.inode.gid]).toEqual([7, 8]);
  expect(at(k, '/proc/self').inode).toBe(at(k, '/proc/self').inode);
});

test('tasks that are gone do not gather in /proc', () => {
  const k = machineWithProc();
  const root = at(k, '/proc').dentry;
  const lives = spawnProgram(k, '/spin');
  const living = at(k, `/proc/${lives.tid}`).dentry;
  let most = 0;
  for (let i = 0; i < 600; i++) {
    const { tid } = spawnProgram(k, '/spin');
    at(k, `/proc/${tid}/exe`);
    sendSignal(k, k.pids.task(tid)!, kernelInfo(Sig.KILL), true);
    runSlice(k, 50_000);
    takeExits(k);
    expect(k.pids.task(tid)).toBeUndefined();
    most = Math.max(most, root.children.size);
  }
  expect(most).toBeGreaterThan(200);
  expect(most).toBeLessThanOrEqual(256);
  expect(at(k, `/proc/${lives.tid}`).dentry).toBe(living);
  expect(living.unhashed).toBe(false);
});
