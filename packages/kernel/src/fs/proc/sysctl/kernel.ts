import { Cap, UtsName } from '@ring3/abi';
import { EINVAL } from '../../../errno.js';
import { PATTERN_MAX } from '../../../exec/coredump/config.js';
import type { Kernel } from '../../../kernel.js';
import { UTS } from '../../../uts.js';
import { fixedSysctl, intSysctl, stringSysctl, type Sysctl } from './row.js';

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

/** A program to pipe core files to is not started here. @throws EINVAL a pattern that asks for one */
function setCorePattern(k: Kernel, pattern: string): void {
  if (pattern.startsWith('|')) {
    k.platform.debug('coredump', `core_pattern '${pattern}': core dumps cannot be piped to a program`);
    throw EINVAL;
  }
  k.coredump.pattern = pattern;
}

const UTS_SIZE = UtsName.MaxName + 1;
const UUID_SIZE = 64;
const RESERVED_PIDS = 300;
const PID_MAX_LIMIT = 4 * 1024 * 1024;
/** MIN_THREADS, FUTEX_TID_MASK. */
const MIN_THREADS = 20;
const MAX_THREADS = 0x3fff_ffff;

/** /proc/sys/kernel (kernel/sysctl.c: kern_table, kernel/utsname_sysctl.c, drivers/char/random.c, drivers/tty/pty.c). */
export const KERNEL_SYSCTLS: readonly Sysctl[] = [
  fixedSysctl('kernel/cap_last_cap', () => Cap.Last),
  stringSysctl('kernel/core_pattern', PATTERN_MAX + 1, (k) => k.coredump.pattern, setCorePattern),
  intSysctl(
    'kernel/core_uses_pid',
    (k) => k.coredump.usesPid,
    (k, value) => void (k.coredump.usesPid = value),
  ),
  stringSysctl(
    'kernel/domainname',
    UTS_SIZE,
    (k) => k.domainname,
    (k, value) => void (k.domainname = value),
  ),
  stringSysctl(
    'kernel/hostname',
    UTS_SIZE,
    (k) => k.options.hostname,
    (k, value) => void (k.options.hostname = value),
  ),
  fixedSysctl('kernel/ngroups_max', () => 65536),
  stringSysctl('kernel/osrelease', UTS_SIZE, () => UTS.release),
  stringSysctl('kernel/ostype', UTS_SIZE, () => UTS.sysname),
  intSysctl(
    'kernel/overflowgid',
    (k) => k.sysctls.overflowGid,
    (k, value) => void (k.sysctls.overflowGid = value),
    0,
    65535,
  ),
  intSysctl(
    'kernel/overflowuid',
    (k) => k.sysctls.overflowUid,
    (k, value) => void (k.sysctls.overflowUid = value),
    0,
    65535,
  ),
  intSysctl(
    'kernel/pid_max',
    (k) => k.pids.pidMax,
    (k, value) => void (k.pids.pidMax = value),
    RESERVED_PIDS + 1,
    PID_MAX_LIMIT,
  ),
  fixedSysctl('kernel/pty/nr', (k) => k.ptys.indices.length),
  stringSysctl('kernel/random/boot_id', UUID_SIZE, bootId),
  fixedSysctl('kernel/random/entropy_avail', () => 4096),
  fixedSysctl('kernel/random/poolsize', () => 4096),
  stringSysctl('kernel/random/uuid', UUID_SIZE, uuid),
  intSysctl(
    'kernel/randomize_va_space',
    (k) => k.vm.randomizeVaSpace,
    (k, value) => void (k.vm.randomizeVaSpace = value),
  ),
  fixedSysctl('kernel/sched_rr_timeslice_ms', () => 100, 0o644),
  fixedSysctl('kernel/tainted', () => 0, 0o644),
  intSysctl(
    'kernel/threads-max',
    (k) => k.pids.threadsMax,
    (k, value) => void (k.pids.threadsMax = value),
    MIN_THREADS,
    MAX_THREADS,
  ),
  stringSysctl('kernel/version', UTS_SIZE, () => UTS.version),
];
