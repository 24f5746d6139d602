import { Cap, S, SuidDump, UtsName } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EINVAL, ENOTDIR, EPERM } from '../../errno.js';
import { registerState } from '../../state.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { dtOf } from '../../vfs/inode-life.js';
import type { DirEntry, Inode } from '../../vfs/inode.js';
import type { File } from '../../vfs/file.js';
import { NR_OPEN } from '../../task/limits.js';
import { dropPageCache } from '../../mm/reclaim.js';
import { PIPE_MAX_SIZE } from '../pipe/pipe.js';
import { UTS } from '../../uts.js';
import { PATTERN_MAX } from '../../exec/coredump/config.js';
import { ProcDirectory, ProcIno, ProcTextInode } from './proc-inode.js';

/** One file below /proc/sys. `set` gets what was written, trimmed. */
interface Sysctl {
  path: string;
  get(k: Kernel): string;
  set?(k: Kernel, value: string): void;
}

/** proc_dointvec_minmax. @throws EINVAL */
function integer(value: string, min: number, max: number): number {
  const number = Number(value.split(/\s+/)[0]);
  if (value === '' || !Number.isInteger(number) || number < min || number > max) throw EINVAL;
  return number;
}

function uuid(k: Kernel): string {
  const bytes = new Uint8Array(16);
  k.platform.random(bytes);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The same for the life of the machine. */
function bootId(k: Kernel): string {
  k.bootId ??= uuid(k);
  return k.bootId;
}

/** Open files of the machine (nr_files): those that a descriptor or a mapping of some process holds. */
function openFiles(k: Kernel): number {
  const files = new Set<File>();
  for (const { files: table, mm } of k.pids.tasks()) {
    for (const file of table?.fds ?? []) if (file) files.add(file);
    for (const { file } of mm?.vmas ?? []) if (file) files.add(file);
  }
  return files.size;
}

/** LONG_MAX: only RLIMIT_NOFILE limits open files. */
const NO_LIMIT = '9223372036854775807';

/** A program to pipe core files to is not started here. @throws EINVAL a pattern that asks for one */
function setCorePattern(k: Kernel, value: string): void {
  const pattern = value.split(/[\0\n]/)[0]!.slice(0, PATTERN_MAX);
  if (pattern.startsWith('|')) {
    k.platform.debug('coredump', `core_pattern '${pattern}': core dumps cannot be piped to a program`);
    throw EINVAL;
  }
  k.coredump.pattern = pattern;
}

/** What can be set here has an effect; the others say how things are. Sorted by path: the order of readdir. */
const SYSCTLS: readonly Sysctl[] = [
  // Empty: where binfmt_misc is mounted.
  { path: 'fs/binfmt_misc/', get: () => '' },
  { path: 'fs/file-max', get: () => NO_LIMIT },
  { path: 'fs/file-nr', get: (k) => `${openFiles(k)}\t0\t${NO_LIMIT}` },
  { path: 'fs/nr_open', get: () => String(NR_OPEN) },
  { path: 'fs/pipe-max-size', get: () => String(PIPE_MAX_SIZE) },
  { path: 'fs/protected_hardlinks', get: () => '0' },
  { path: 'fs/protected_symlinks', get: () => '0' },
  {
    path: 'fs/suid_dumpable',
    get: (k) => String(k.coredump.suidDumpable),
    set: (k, value) => void (k.coredump.suidDumpable = integer(value, SuidDump.Disable, SuidDump.Root)),
  },
  { path: 'kernel/cap_last_cap', get: () => String(Cap.Last) },
  { path: 'kernel/core_pattern', get: (k) => k.coredump.pattern, set: setCorePattern },
  {
    path: 'kernel/core_uses_pid',
    get: (k) => String(k.coredump.usesPid),
    set: (k, value) => void (k.coredump.usesPid = integer(value, -0x8000_0000, 0x7fff_ffff)),
  },
  { path: 'kernel/domainname', get: (k) => k.domainname, set: (k, value) => void (k.domainname = value.slice(0, UtsName.MaxName)) },
  {
    path: 'kernel/hostname',
    get: (k) => k.options.hostname,
    set: (k, value) => void (k.options.hostname = value.slice(0, UtsName.MaxName)),
  },
  { path: 'kernel/ngroups_max', get: () => '65536' },
  { path: 'kernel/osrelease', get: () => UTS.release },
  { path: 'kernel/ostype', get: () => UTS.sysname },
  { path: 'kernel/overflowgid', get: () => '65534' },
  { path: 'kernel/overflowuid', get: () => '65534' },
  { path: 'kernel/pid_max', get: (k) => String(k.pids.pidMax), set: (k, value) => void (k.pids.pidMax = integer(value, 301, 4194304)) },
  { path: 'kernel/random/boot_id', get: bootId },
  { path: 'kernel/random/entropy_avail', get: () => '4096' },
  { path: 'kernel/random/poolsize', get: () => '4096' },
  { path: 'kernel/random/uuid', get: uuid },
  { path: 'kernel/randomize_va_space', get: (k) => (k.options.aslr ? '2' : '0') },
  { path: 'kernel/sched_rr_timeslice_ms', get: () => '100' },
  { path: 'kernel/tainted', get: () => '0' },
  { path: 'kernel/threads-max', get: (k) => String(k.pids.pidMax) },
  { path: 'kernel/version', get: () => UTS.version },
  {
    path: 'vm/drop_caches',
    get: (k) => String(k.vm.dropCaches),
    set: (k, value) => {
      k.vm.dropCaches = integer(value, 1, 4);
      // Bit 1 is for dentries and inodes, which hold no frames.
      if (k.vm.dropCaches & 1) dropPageCache(k);
    },
  },
  {
    path: 'vm/max_map_count',
    get: (k) => String(k.vm.maxMapCount),
    set: (k, value) => void (k.vm.maxMapCount = integer(value, 0, 0x7fffffff)),
  },
  {
    path: 'vm/mmap_min_addr',
    get: (k) => String(k.vm.mmapMinAddr),
    set: (k, value) => void (k.vm.mmapMinAddr = integer(value, 0, 0x7fffffff)),
  },
  {
    path: 'vm/overcommit_kbytes',
    get: (k) => String(k.vm.overcommitKbytes),
    set: (k, value) => void (k.vm.overcommitKbytes = integer(value, 0, 0x7fffffff)),
  },
  {
    path: 'vm/overcommit_memory',
    get: (k) => String(k.vm.overcommitMemory),
    set: (k, value) => void (k.vm.overcommitMemory = integer(value, 0, 2)),
  },
  {
    path: 'vm/overcommit_ratio',
    get: (k) => String(k.vm.overcommitRatio),
    set: (k, value) => void (k.vm.overcommitRatio = integer(value, 0, 0x7fffffff)),
  },
];

/** A directory of /proc/sys; `path` ends with '/', the top's is ''. */
export class SysctlDirectory extends ProcDirectory {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly path: string,
  ) {
    super(k, sb, inoOf(path), S.IFDIR | 0o555);
  }
  private names(): Set<string> {
    return new Set(
      SYSCTLS.filter(({ path }) => path.startsWith(this.path) && path !== this.path).map(
        ({ path }) => path.slice(this.path.length).split('/')[0]!,
      ),
    );
  }
  override lookup(k: Kernel, name: string): Inode | null {
    const full = `${this.path}${name}`;
    const leaf = SYSCTLS.find(({ path }) => path === full);
    if (leaf) return new SysctlFile(k, this.sb, full, S.IFREG | (leaf.set ? 0o644 : 0o444));
    return this.names().has(name) ? new SysctlDirectory(k, this.sb, `${full}/`) : null;
  }
  override readdir(k: Kernel): DirEntry[] {
    return [...this.names()].map((name) => {
      const inode = this.lookup(k, name);
      if (!inode) throw ENOTDIR;
      return { name, ino: inode.ino, type: dtOf(inode.mode) };
    });
  }
}
registerState('SysctlDirectory', SysctlDirectory);

export class SysctlFile extends ProcTextInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    readonly path: string,
    mode: number,
  ) {
    super(k, sb, inoOf(path), mode);
  }
  private row(): Sysctl {
    const row = SYSCTLS.find(({ path }) => path === this.path);
    if (!row) throw EINVAL;
    return row;
  }
  text(k: Kernel): string {
    return `${this.row().get(k)}\n`;
  }
  override writeText(k: Kernel, text: string): void {
    const { set } = this.row();
    if (!set) throw EPERM;
    set(k, text.trim());
  }
}
registerState('SysctlFile', SysctlFile);

/** Directories by their first file, half a number before it. */
function inoOf(path: string): number {
  const index = SYSCTLS.findIndex((row) => row.path.startsWith(path));
  const depth = path.endsWith('/') ? path.split('/').length - 1 : path === '' ? 0 : 7;
  return ProcIno.Sysctl + index * 8 + depth;
}
