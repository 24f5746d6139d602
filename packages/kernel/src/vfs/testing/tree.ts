import { At } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { makeMachine } from '../../mm/testing/machine.js';
import { createTmpfs } from '../../fs/tmpfs/tmpfs.js';
import type { Task } from '../../task/task.js';
import { Cred } from '../../task/cred.js';
import { FilesStruct } from '../../task/files-struct.js';
import { FsStruct } from '../../task/fs-struct.js';
import { IoAccounting } from '../../task/io-accounting.js';
import { KernelIter } from '../../io/kernel-iter.js';
import type { SuperBlock } from '../super-block.js';
import { fput } from '../file-table.js';
import { openAt } from '../open.js';
import { Path } from '../path.js';
import { readNext, writeNext } from '../read-write.js';

export function credOf(uid: number): Cred {
  const cred = new Cred();
  Object.assign(cred, { uid, gid: uid, euid: uid, egid: uid, suid: uid, sgid: uid, fsuid: uid, fsgid: uid, groups: [uid] });
  if (uid === 0) cred.capEffective = cred.capPermitted = (1n << 38n) - 1n;
  return cred;
}

/** A kernel with one task that has a file system under '/', descriptors and the rights of root. */
export function makeTree(makeRoot: (k: Kernel) => SuperBlock = (k) => createTmpfs(k, { mode: 0o755 })): Kernel {
  const { k } = makeMachine();
  const mount = k.mounts.mount(k, makeRoot(k), null);
  const root = new Path(mount, mount.root);
  const task = k.current as Task & { fs: FsStruct };
  Object.assign(task, {
    cred: credOf(0),
    files: new FilesStruct(),
    fs: new FsStruct(root, root),
    op: null,
    sigPending: false,
    ioac: new IoAccounting(),
  });
  task.signal.rlimits = task.signal.rlimits.map((limit, which) => (which === 7 ? { cur: 1024, max: 4096 } : limit));
  return k;
}

/** The whole content of a file, as a byte string. */
export function readFile(k: Kernel, path: string): string {
  const file = openAt(k, At.FDCWD, path, 0, 0);
  try {
    const buffer = new Uint8Array(65_536);
    const n = readNext(k, file, new KernelIter(buffer));
    return String.fromCharCode(...buffer.subarray(0, n));
  } finally {
    fput(k, file);
  }
}

/** Opens with `flags`, writes, closes. */
export function writeFile(k: Kernel, path: string, text: string, flags: number): void {
  const file = openAt(k, At.FDCWD, path, flags, 0o666);
  try {
    writeNext(k, file, new KernelIter(Uint8Array.from(text, (c) => c.charCodeAt(0))));
    file.flush(k);
  } finally {
    fput(k, file);
  }
}
