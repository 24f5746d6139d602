import { At, O, S } from '@ring3/abi';
import { Errno } from '../../../errno.js';
import { doExecve } from '../../../exec/exec.js';
import { makeMachine, putFile } from '../../../exec/testing/machine.js';
import { KernelIter } from '../../../io/kernel-iter.js';
import type { Kernel } from '../../../kernel.js';
import { LookupFlags, pathAt } from '../../../vfs/namei.js';
import { openAt } from '../../../vfs/open.js';
import { createProcFs } from '../procfs.js';

/** A machine with /proc whose one task has just become cat; program and loader come from the host. */
export function withProc(readHost: (path: string) => Uint8Array): Kernel {
  const k = makeMachine();
  const { root } = k.current.fs;
  root.inode.mkdir(k, 'proc', S.IFDIR | 0o555, k.current.cred);
  root.inode.mkdir(k, 'bin', S.IFDIR | 0o755, k.current.cred);
  root.inode.mkdir(k, 'lib64', S.IFDIR | 0o755, k.current.cred);
  k.mounts.mount(k, createProcFs(k), pathAt(k, At.FDCWD, '/proc', LookupFlags.Follow));
  putFile(k, '/lib64/ld-linux-x86-64.so.2', readHost('/lib64/ld-linux-x86-64.so.2'));
  putFile(k, '/bin/cat', readHost('/bin/cat'));
  doExecve(k, '/bin/cat', ['cat', 'two words'], ['A=1', 'B=2']);
  return k;
}

/** The whole file, `chunk` bytes at a time. */
export function read(k: Kernel, path: string, chunk = 7): string {
  const file = openAt(k, At.FDCWD, path, O.RDONLY, 0);
  let text = '';
  for (;;) {
    const bytes = new Uint8Array(chunk);
    const n = file.read(k, new KernelIter(bytes), text.length);
    if (n === 0) return text;
    text += String.fromCharCode(...bytes.subarray(0, n));
  }
}

/** 'ok', or the error's name. */
export function write(k: Kernel, path: string, text: string): string {
  try {
    const file = openAt(k, At.FDCWD, path, O.WRONLY, 0);
    file.write(k, new KernelIter(Uint8Array.from(text, (c) => c.charCodeAt(0))), 0);
    return 'ok';
  } catch (error) {
    return (error as Errno).name;
  }
}
