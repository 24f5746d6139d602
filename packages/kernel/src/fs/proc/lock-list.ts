import { LockType } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { majorOf, minorOf } from '../../vfs/dev-number.js';
import type { Inode } from '../../vfs/inode.js';
import type { FileLock } from '../../vfs/locks.js';

const KINDS = { posix: 'POSIX ', ofd: 'OFDLCK', flock: 'FLOCK ' } as const;
const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

/** Inodes that an open file of some process has. */
function openInodes(k: Kernel): Set<Inode> {
  const inodes = new Set<Inode>();
  for (const { files } of k.pids.tasks()) for (const file of files?.fds ?? []) if (file) inodes.add(file.inode);
  return inodes;
}

function lockText(id: number, inode: Inode, { kind, type, pid, start, end }: FileLock): string {
  const dev = inode.sb.dev;
  const place = `${hex2(majorOf(dev))}:${hex2(minorOf(dev))}:${inode.ino}`;
  const range = kind === 'flock' ? '0 EOF' : `${start} ${end === Infinity ? 'EOF' : end}`;
  return `${id}: ${KINDS[kind]} ADVISORY  ${type === LockType.WRLCK ? 'WRITE' : 'READ '} ${pid} ${place} ${range}\n`;
}

/** /proc/locks: fs/locks.c: lock_get_status. */
export function locksText(k: Kernel): string {
  let text = '';
  let id = 1;
  for (const inode of openInodes(k)) for (const lock of inode.locks?.list ?? []) text += lockText(id++, inode, lock);
  return text;
}
