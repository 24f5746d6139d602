import { PageSize, SuidDump } from '@ring3/abi';
import type { Kernel } from '../../../kernel.js';
import type { Dentry } from '../../../vfs/path.js';
import type { File } from '../../../vfs/file.js';
import { roundPipeSize } from '../../pipe/pipe.js';
import { fixedSysctl, intSysctl, type Sysctl } from './row.js';

/** LONG_MAX: only RLIMIT_NOFILE limits open files. */
const NO_LIMIT = '9223372036854775807';

/** Open files of the machine (nr_files): those that a descriptor or a mapping of some process holds. */
function openFiles(k: Kernel): number {
  const files = new Set<File>();
  for (const { files: table, mm } of k.pids.tasks()) {
    for (const file of table?.fds ?? []) if (file) files.add(file);
    for (const { file } of mm?.vmas ?? []) if (file) files.add(file);
  }
  return files.size;
}

/** Cached names: all, and the negative ones among them. */
function dentries(k: Kernel): { all: number; negative: number } {
  const count = { all: 0, negative: 0 };
  const pending: Dentry[] = [...new Set(k.mounts.list.map(({ root }) => root))];
  for (let dentry = pending.pop(); dentry; dentry = pending.pop()) {
    count.all++;
    if (!dentry.inode) count.negative++;
    pending.push(...dentry.children.values());
  }
  return count;
}

/** dcache.c: nr_dentry nr_unused age_limit want_pages nr_negative dummy; names are kept until memory is needed for something else. */
function dentryState(k: Kernel): string {
  const { all, negative } = dentries(k);
  return [all, negative, 45, 0, negative, 0].join('\t');
}

/** sysctl_nr_open_min, sysctl_nr_open_max (fs/file.c). */
const NR_OPEN_MIN = 64;
const NR_OPEN_MAX = 0x7fff_ffc0;

/** fs/pipe.c: do_proc_dopipe_max_size_conv: rounded as a pipe's size is. */
function setPipeMaxSize(k: Kernel, value: number): void {
  k.sysctls.pipeMaxSize = roundPipeSize(value);
}

/** /proc/sys/fs (kernel/sysctl.c: fs_table). Linux reserves mode 0600 for the protections. */
export const FS_SYSCTLS: readonly Sysctl[] = [
  // Empty: where binfmt_misc is mounted.
  fixedSysctl('fs/binfmt_misc/', () => ''),
  fixedSysctl('fs/dentry-state', dentryState),
  fixedSysctl('fs/file-max', () => NO_LIMIT, 0o644),
  fixedSysctl('fs/file-nr', (k) => `${openFiles(k)}\t0\t${NO_LIMIT}`),
  intSysctl(
    'fs/nr_open',
    (k) => k.sysctls.nrOpen,
    (k, value) => void (k.sysctls.nrOpen = value),
    NR_OPEN_MIN,
    NR_OPEN_MAX,
  ),
  intSysctl(
    'fs/overflowgid',
    (k) => k.sysctls.fsOverflowGid,
    (k, value) => void (k.sysctls.fsOverflowGid = value),
    0,
    65535,
  ),
  intSysctl(
    'fs/overflowuid',
    (k) => k.sysctls.fsOverflowUid,
    (k, value) => void (k.sysctls.fsOverflowUid = value),
    0,
    65535,
  ),
  intSysctl('fs/pipe-max-size', (k) => k.sysctls.pipeMaxSize, setPipeMaxSize, PageSize.Bytes, 0x7fff_ffff),
  fixedSysctl('fs/protected_fifos', () => 0, 0o600),
  fixedSysctl('fs/protected_hardlinks', () => 0, 0o600),
  fixedSysctl('fs/protected_regular', () => 0, 0o600),
  fixedSysctl('fs/protected_symlinks', () => 0, 0o600),
  intSysctl(
    'fs/suid_dumpable',
    (k) => k.coredump.suidDumpable,
    (k, value) => void (k.coredump.suidDumpable = value),
    SuidDump.Disable,
    SuidDump.Root,
  ),
];
