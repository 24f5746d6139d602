import {
  ArchPrctl,
  Cap,
  Cpu,
  GetRandom,
  Header,
  MemoryMap,
  PageSize,
  Personality,
  RLimit,
  SysInfo,
  SyslogAction,
  Sys,
  UtsName,
} from '@ring3/abi';
import { EINTR, EINVAL, ENODEV, EPERM, ESRCH } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import { accessOk, copyFromUser, copyToUser, getU64, putU64Pair } from '../mm/uaccess.js';
import { LOAD_ONE } from '../sched/load-average.js';
import { restartFunction } from '../sched/restart.js';
import { waitOn } from '../sched/wait.js';
import type { Task } from '../task/task.js';
import { getRegPair, setRegPair } from '../task/regs.js';
import { hangUp } from '../tty/ctty.js';
import { UTS } from '../uts.js';
import { capget, capset } from './capabilities.js';
import { prctl } from './prctl.js';
import type { SyscallRow } from './row.js';

function uname(k: Kernel, out: number): number {
  const bytes = new Uint8Array(UtsName.Bytes);
  const put = (at: number, text: string) => {
    for (let i = 0; i < Math.min(text.length, UtsName.MaxName); i++) bytes[at + i] = text.charCodeAt(i);
  };
  put(UtsName.SysName, UTS.sysname);
  put(UtsName.NodeName, k.options.hostname);
  put(UtsName.Release, k.current.personality & Personality.Uname26 ? '2.6.44' : UTS.release);
  put(UtsName.Version, UTS.version);
  put(UtsName.Machine, UTS.machine);
  put(UtsName.DomainName, k.domainname);
  copyToUser(k, out, bytes);
  return 0;
}

function readName(k: Kernel, name: number, length: number): string {
  if (!k.current.cred.capable(Cap.SYS_ADMIN)) throw EPERM;
  if (length < 0 || length > UtsName.MaxName) throw EINVAL;
  const text = String.fromCharCode(...copyFromUser(k, name, length));
  return text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text;
}

function sethostname(k: Kernel, name: number, length: number): number {
  k.options.hostname = readName(k, name, length);
  return 0;
}

function setdomainname(k: Kernel, name: number, length: number): number {
  k.domainname = readName(k, name, length);
  return 0;
}

function sysinfo(k: Kernel, out: number): number {
  const bytes = new Uint8Array(SysInfo.Bytes);
  const view = new DataView(bytes.buffer);
  const header = (field: number) => k.core.u32[(MemoryMap.Header + field) >>> 2]!;
  const long = (at: number, value: number) => view.setBigUint64(at, BigInt(Math.floor(value)), true);
  long(SysInfo.Uptime, k.clock.monotonic(k) / 1e9);
  // SI_LOAD_SHIFT: 16 bits behind the point.
  k.load.read(k).forEach((load, i) => long(SysInfo.Loads + 8 * i, (load / LOAD_ONE) * 65536));
  long(SysInfo.TotalRam, header(Header.FrameCount) * PageSize.Bytes);
  long(SysInfo.FreeRam, header(Header.FreeFrames) * PageSize.Bytes);
  long(SysInfo.SharedRam, k.vm.shmemPages * PageSize.Bytes);
  view.setUint16(SysInfo.Procs, [...k.pids.tasks()].length, true);
  view.setUint32(SysInfo.MemUnit, 1, true);
  copyToUser(k, out, bytes);
  return 0;
}

/** Infinity ↔ RLIM64_INFINITY. */
function readLimit(k: Kernel, va: number): number {
  const [lo, hi] = getU64(k, va);
  return lo === 0xffff_ffff && hi === 0xffff_ffff ? Infinity : hi * 0x1_0000_0000 + lo;
}

function writeLimit(k: Kernel, va: number, value: number): void {
  if (value === Infinity) putU64Pair(k, va, 0xffff_ffff, 0xffff_ffff);
  else putU64Pair(k, va, value >>> 0, Math.floor(value / 0x1_0000_0000));
}

/** Linux: do_prlimit. @throws EINVAL, EPERM raising the hard limit */
function doPrlimit(k: Kernel, task: Task, resource: number, change: { cur: number; max: number } | null): { cur: number; max: number } {
  if (resource < 0 || resource >= RLimit.Count) throw EINVAL;
  const old = task.signal.rlimits[resource]!;
  if (!change) return old;
  if (change.cur > change.max) throw EINVAL;
  if (resource === RLimit.NOFILE && change.max > Math.min(k.sysctls.nrOpen, k.options.maxOpenFiles ?? Infinity)) throw EPERM;
  if (change.max > old.max && !k.current.cred.capable(Cap.SYS_RESOURCE)) throw EPERM;
  // A CPU limit of 0 means one second, as no signal could come before any time was used.
  const next = resource === RLimit.CPU && change.cur === 0 ? { cur: 1, max: change.max } : change;
  task.signal.rlimits = task.signal.rlimits.map((limit, i) => (i === resource ? next : limit));
  return old;
}

function getrlimit(k: Kernel, resource: number, out: number): number {
  const { cur, max } = doPrlimit(k, k.current, resource, null);
  writeLimit(k, out, cur);
  writeLimit(k, out + 8, max);
  return 0;
}

function setrlimit(k: Kernel, resource: number, limit: number): number {
  doPrlimit(k, k.current, resource, { cur: readLimit(k, limit), max: readLimit(k, limit + 8) });
  return 0;
}

function prlimit64(k: Kernel, pid: number, resource: number, limit: number, old: number): number {
  const change = limit === 0 ? null : { cur: readLimit(k, limit), max: readLimit(k, limit + 8) };
  const task = pid === 0 ? k.current : k.pids.task(pid);
  if (!task) throw ESRCH;
  if (task.signal !== k.current.signal) checkPrlimit(k, task);
  const before = doPrlimit(k, task, resource, change);
  if (old !== 0) {
    writeLimit(k, old, before.cur);
    writeLimit(k, old + 8, before.max);
  }
  return 0;
}

/** Linux: check_prlimit_permission. */
function checkPrlimit(k: Kernel, task: Task): void {
  const mine = k.current.cred;
  const { uid, euid, suid, gid, egid, sgid } = task.cred;
  const same = [uid, euid, suid].every((id) => id === mine.uid) && [gid, egid, sgid].every((id) => id === mine.gid);
  if (!same && !mine.capable(Cap.SYS_RESOURCE)) throw EPERM;
}

/** getrandom(2): the pool is always ready. */
function getrandom(k: Kernel, buffer: number, length: number, flags: number): number {
  if (flags & ~(GetRandom.NonBlock | GetRandom.Random)) throw EINVAL;
  const chunk = 65536;
  const total = Math.min(length, 0x1ff_ffff);
  accessOk(k, buffer, total);
  let done = 0;
  while (done < total) {
    if (done > 0 && k.current.sigPending) break;
    const bytes = new Uint8Array(Math.min(chunk, total - done));
    k.platform.random(bytes);
    try {
      copyToUser(k, buffer + done, bytes);
    } catch (error) {
      if (done === 0) throw error;
      break;
    }
    done += bytes.length;
  }
  return done;
}

/** CONFIG_LOG_BUF_SHIFT as usual. */
const LogBufferBytes = 1 << 17;

/** arch_prctl(2), 64-bit. Addresses must be user addresses. */
function archPrctl(k: Kernel, code: number, address: number): number {
  switch (code) {
    case ArchPrctl.SetFs:
    case ArchPrctl.SetGs:
      if (address >= TASK_SIZE_MAX) throw EPERM;
      setRegPair(k, code === ArchPrctl.SetFs ? Cpu.FsBase : Cpu.GsBase, address >>> 0, Math.floor(address / 0x1_0000_0000));
      return 0;
    case ArchPrctl.GetFs:
    case ArchPrctl.GetGs: {
      const [lo, hi] = getRegPair(k, code === ArchPrctl.GetFs ? Cpu.FsBase : Cpu.GsBase);
      putU64Pair(k, address, lo, hi);
      return 0;
    }
    case ArchPrctl.GetCpuid:
      return 1;
    case ArchPrctl.SetCpuid:
      // The processor has no CPUID faulting.
      throw ENODEV;
    default:
      throw EINVAL;
  }
}

function personality(k: Kernel, value: number): number {
  const old = k.current.personality;
  if (value !== 0xffff_ffff) k.current.personality = value;
  return old;
}

function restartSyscall(k: Kernel): number {
  const block = k.current.restart;
  const restart = block && restartFunction(block.kind);
  if (!restart) throw EINTR;
  return restart(k, block);
}

/** syslog(2): the log is empty. Linux: check_syslog_permissions, do_syslog. */
function syslog(k: Kernel, type: number, buffer: number, length: number): number {
  const free = type === SyslogAction.ReadAll || type === SyslogAction.SizeBuffer;
  if (!free && !k.current.cred.capable(Cap.SYSLOG) && !k.current.cred.capable(Cap.SYS_ADMIN)) throw EPERM;
  switch (type) {
    case SyslogAction.Read:
    case SyslogAction.ReadAll:
    case SyslogAction.ReadClear:
      if (buffer === 0 || length < 0) throw EINVAL;
      if (length === 0) return 0;
      accessOk(k, buffer, length);
      return type === SyslogAction.Read ? waitOn(k, null, { kind: 'syslog' }) : 0;
    case SyslogAction.ConsoleLevel:
      if (length < 1 || length > 8) throw EINVAL;
      return 0;
    case SyslogAction.SizeBuffer:
      return LogBufferBytes;
    default:
      if (type < 0 || type > SyslogAction.SizeBuffer) throw EINVAL;
      return 0;
  }
}

function vhangup(k: Kernel): number {
  if (!k.current.cred.capable(Cap.SYS_TTY_CONFIG)) throw EPERM;
  const { tty } = k.current.signal;
  if (tty) hangUp(k, tty);
  return 0;
}

/** Names of the system, limits, randomness, and what else is one of a kind. */
export const miscSyscalls: readonly SyscallRow[] = [
  { nr: Sys.uname, name: 'uname', args: ['utsname:out'], call: uname, done: 'full' },
  { nr: Sys.sethostname, name: 'sethostname', args: ['str', 'int'], call: sethostname, done: 'full' },
  { nr: Sys.setdomainname, name: 'setdomainname', args: ['str', 'int'], call: setdomainname, done: 'full' },
  { nr: Sys.sysinfo, name: 'sysinfo', args: ['sysinfo:out'], call: sysinfo, done: 'full' },
  { nr: Sys.getrlimit, name: 'getrlimit', args: ['flags:RLIMIT_', 'rlimit:out'], call: getrlimit, done: 'full' },
  { nr: Sys.setrlimit, name: 'setrlimit', args: ['flags:RLIMIT_', 'rlimit'], call: setrlimit, done: 'RLIMIT_RTTIME is not enforced' },
  {
    nr: Sys.prlimit64,
    name: 'prlimit64',
    args: ['pid', 'flags:RLIMIT_', 'rlimit', 'rlimit:out'],
    call: prlimit64,
    done: 'RLIMIT_RTTIME is not enforced',
  },
  { nr: Sys.getrandom, name: 'getrandom', args: ['buf:out', 'size', 'flags:GRND_'], call: getrandom, done: 'full' },
  { nr: Sys.arch_prctl, name: 'arch_prctl', args: ['flags:ARCH_', 'addr'], call: archPrctl, done: 'full' },
  { nr: Sys.prctl, name: 'prctl', args: ['flags:PR_', 'ulong', 'ulong', 'ulong', 'ulong'], call: prctl, done: 'common options' },
  { nr: Sys.capget, name: 'capget', args: ['ptr', 'ptr'], call: capget, done: 'full' },
  { nr: Sys.capset, name: 'capset', args: ['ptr', 'ptr'], call: capset, done: 'full' },
  { nr: Sys.personality, name: 'personality', args: ['uint'], call: personality, done: 'full' },
  { nr: Sys.restart_syscall, name: 'restart_syscall', args: [], call: restartSyscall, done: 'full' },
  { nr: Sys.syslog, name: 'syslog', args: ['int', 'buf:out', 'int'], call: syslog, done: 'an empty log' },
  { nr: Sys.vhangup, name: 'vhangup', args: [], call: vhangup, done: 'full' },
];
