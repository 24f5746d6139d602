import { Cap, CloneArgs, CloneFlag, FutexOp, RUsage, SysInfo, UtsName } from '@ring3/abi';
import { type Call, atEntry, atExit } from '../call.js';
import { bits, oneOf } from '../flags.js';
import { readAll } from '../memory.js';
import { capabilities, cloneBits, futexOps, futexWakeCompares, futexWakeOps } from '../names/processes.js';
import { signalText } from '../names/signals.js';
import { address, hex, quote, unsigned32 } from '../text.js';
import { stringText, structIn, structOut, structText } from './basic.js';
import { timevalText } from './time.js';

/** Elements of argv that are shown. */
const ArgvLimit = 32;

export const argv = atEntry((call, i) => {
  const start = call.arg(i);
  const parts: string[] = [];
  for (let n = 0; ; n++) {
    const view = readAll(call.memory, start + BigInt(8 * n), 8);
    if (!view) return n === 0 ? address(start) : `[${[...parts, `... /* ${address(start + BigInt(8 * n))} */`].join(', ')}]`;
    const string = view.getBigUint64(0, true);
    if (string === 0n) break;
    if (n >= ArgvLimit) {
      parts.push('...');
      break;
    }
    parts.push(stringText(call, string));
  }
  return `[${parts.join(', ')}]`;
});

/** Where the environment is, and how many variables it has. */
export const envp = atEntry((call, i) => {
  const start = call.arg(i);
  for (let n = 0; ; n++) {
    const view = readAll(call.memory, start + BigInt(8 * n), 8);
    if (!view) return n === 0 ? address(start) : `${address(start)} /* ${n} vars, unterminated */`;
    if (view.getBigUint64(0, true) === 0n) return `${address(start)} ${varCount(n)}`;
  }
});

export function varCount(n: number): string {
  return `/* ${n} ${n === 1 ? 'var' : 'vars'} */`;
}

/** What wait4 stores. */
export function statusText(status: number): string {
  if ((status & 0x7f) === 0) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${(status >> 8) & 0xff}}`;
  if (status === 0xffff) return '{WIFCONTINUED(s)}';
  if ((status & 0xff) === 0x7f) return `{WIFSTOPPED(s) && WSTOPSIG(s) == ${signalText((status >> 8) & 0xff)}}`;
  return `{WIFSIGNALED(s) && WTERMSIG(s) == ${signalText(status & 0x7f)}${status & 0x80 ? ' && WCOREDUMP(s)' : ''}}`;
}

export const statusOut = atExit((call, i) =>
  call.failed || call.result === 0n
    ? address(call.arg(i))
    : structText(call, call.arg(i), 4, (view) => `[${statusText(view.getInt32(0, true))}]`),
);

function rusageText(view: DataView): string {
  return `{ru_utime=${timevalText(view, RUsage.Utime)}, ru_stime=${timevalText(view, RUsage.Stime)}, ...}`;
}

export const rusageOut = structOut(RUsage.Bytes, rusageText);
/** wait4's: written only when a child was there. */
export const childRusageOut = atExit((call, i) =>
  call.failed || call.result === 0n ? address(call.arg(i)) : structText(call, call.arg(i), RUsage.Bytes, rusageText),
);

function limitText(value: bigint): string {
  if (value === 0xffff_ffff_ffff_ffffn) return 'RLIM64_INFINITY';
  return value > 1024n && value % 1024n === 0n ? `${value / 1024n}*1024` : String(value);
}

function rlimitText(view: DataView): string {
  return `{rlim_cur=${limitText(view.getBigUint64(0, true))}, rlim_max=${limitText(view.getBigUint64(8, true))}}`;
}

export const rlimit = structIn(16, rlimitText);
export const rlimitOut = structOut(16, rlimitText);

export const utsnameOut = structOut(UtsName.Bytes, (view) => {
  const field = (at: number) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, UtsName.FieldBytes);
    const end = bytes.indexOf(0);
    return quote(bytes.subarray(0, end < 0 ? bytes.length : end));
  };
  return `{sysname=${field(UtsName.SysName)}, nodename=${field(UtsName.NodeName)}, ...}`;
});

export const sysinfoOut = structOut(SysInfo.Bytes, (view) => {
  const word = (at: number) => view.getBigUint64(at, true);
  return (
    `{uptime=${word(SysInfo.Uptime)}, loads=[${word(SysInfo.Loads)}, ${word(SysInfo.Loads + 8)}, ${word(SysInfo.Loads + 16)}], ` +
    `totalram=${word(SysInfo.TotalRam)}, freeram=${word(SysInfo.FreeRam)}, sharedram=${word(SysInfo.SharedRam)}, bufferram=${word(SysInfo.BufferRam)}, ` +
    `totalswap=${word(SysInfo.TotalSwap)}, freeswap=${word(SysInfo.FreeSwap)}, procs=${view.getUint16(SysInfo.Procs, true)}, ` +
    `totalhigh=${word(SysInfo.TotalHigh)}, freehigh=${word(SysInfo.FreeHigh)}, mem_unit=${view.getUint32(SysInfo.MemUnit, true)}}`
  );
});

/** 'CLONE_VM|CLONE_FS|SIGCHLD': the low byte is the signal at exit. */
export const cloneFlags = atEntry((call, i) => {
  const flags = unsigned32(call.arg(i));
  const signal = flags & CloneFlag.CSIGNAL;
  const rest = (flags & ~CloneFlag.CSIGNAL) >>> 0;
  const parts = [...(rest === 0 && signal !== 0 ? [] : [bits(rest, cloneBits)]), ...(signal === 0 ? [] : [signalText(signal)])];
  return `flags=${parts.join('|')}`;
});

/** Arguments of clone that its flags make meaningful: printed at the exit, with their commas. */
export const cloneRest = atExit((call) => {
  const flags = unsigned32(call.arg(0));
  let text = '';
  if (flags & (CloneFlag.PARENT_SETTID | CloneFlag.PIDFD)) {
    const value = call.failed ? address(call.arg(2)) : structText(call, call.arg(2), 4, (view) => `[${view.getInt32(0, true)}]`);
    text += `, parent_tid=${value}`;
  }
  if (flags & CloneFlag.SETTLS) text += `, tls=${hex(call.arg(4))}`;
  if (flags & (CloneFlag.CHILD_SETTID | CloneFlag.CHILD_CLEARTID)) text += `, child_tidptr=${address(call.arg(3))}`;
  return text;
});

export const cloneArgs = structIn(CloneArgs.SizeV0, (view) => {
  const flags = view.getUint32(CloneArgs.Flags, true);
  const word = (at: number) => view.getBigUint64(at, true);
  const exitSignal = Number(word(CloneArgs.ExitSignal));
  const parts = [
    `flags=${bits(flags, cloneBits)}`,
    ...(flags & CloneFlag.PIDFD ? [`pidfd=${address(word(CloneArgs.PidFd))}`] : []),
    ...(flags & (CloneFlag.CHILD_SETTID | CloneFlag.CHILD_CLEARTID) ? [`child_tid=${address(word(CloneArgs.ChildTid))}`] : []),
    ...(flags & CloneFlag.PARENT_SETTID ? [`parent_tid=${address(word(CloneArgs.ParentTid))}`] : []),
    `exit_signal=${exitSignal === 0 ? '0' : signalText(exitSignal)}`,
    `stack=${address(word(CloneArgs.Stack))}`,
    `stack_size=${hex(word(CloneArgs.StackSize))}`,
    ...(flags & CloneFlag.SETTLS ? [`tls=${hex(word(CloneArgs.Tls))}`] : []),
  ];
  return `{${parts.join(', ')}}`;
});

/** What clone3 wrote through its structure. */
export const cloneArgsWritten = atExit((call, i) => {
  const view = call.failed ? null : readAll(call.memory, call.arg(i), CloneArgs.SizeV0);
  if (!view || !(view.getUint32(CloneArgs.Flags, true) & CloneFlag.PARENT_SETTID)) return '';
  const tid = structText(call, view.getBigUint64(CloneArgs.ParentTid, true), 4, (word) => `[${word.getInt32(0, true)}]`);
  return ` => {parent_tid=${tid}}`;
});

export function futexOpText(op: number): string {
  const command = op & FutexOp.CmdMask;
  const known = futexOps.names.find(([value]) => value === command);
  if (!known) return oneOf(op, futexOps);
  return `${known[1]}${op & FutexOp.PrivateFlag ? '_PRIVATE' : ''}${op & FutexOp.ClockRealtime ? '|FUTEX_CLOCK_REALTIME' : ''}`;
}

export const futexBitset = atEntry((call, i) => {
  const bitset = unsigned32(call.arg(i));
  return bitset === 0xffff_ffff ? 'FUTEX_BITSET_MATCH_ANY' : hex(bitset);
});

/** FUTEX_WAKE_OP's packed operation: op4 cmp4 oparg12 cmparg12. */
export const futexWakeOp = atEntry((call, i) => {
  const value = unsigned32(call.arg(i));
  const shifted = (value >>> 28) & 8 ? 'FUTEX_OP_OPARG_SHIFT<<28|' : '';
  return `${shifted}${oneOf((value >>> 28) & 7, futexWakeOps)}<<28|${hex((value >>> 12) & 0xfff)}<<12|${oneOf((value >>> 24) & 15, futexWakeCompares)}<<24|${hex(value & 0xfff)}`;
});

/** The mask of CPUs: '[0 1]'. */
export function cpusText(call: Call, va: bigint, length: number): string {
  const view = length > 0 && length <= 1024 ? readAll(call.memory, va, length) : null;
  if (!view) return address(va);
  const cpus: number[] = [];
  for (let cpu = 0; cpu < length * 8; cpu++) if (view.getUint8(cpu >> 3) & (1 << (cpu & 7))) cpus.push(cpu);
  return `[${cpus.join(' ')}]`;
}

/** capget's and capset's data: effective4 permitted4 inheritable4, low words, then high words. */
function capabilityText(view: DataView): string {
  const names = (at: number) => {
    const set = view.getUint32(at, true) + view.getUint32(at + 12, true) * 2 ** 32;
    const parts = capabilities.names
      .filter(([cap]) => cap <= Cap.Last && Math.floor(set / 2 ** cap) % 2 === 1)
      .map(([, name]) => `1<<${name}`);
    return parts.length === 0 ? '0' : parts.join('|');
  };
  return `{effective=${names(0)}, permitted=${names(4)}, inheritable=${names(8)}}`;
}

export const capabilityHeader = structIn(8, (view) => {
  const version = view.getUint32(0, true);
  const name =
    version === 0x2008_0522
      ? '_LINUX_CAPABILITY_VERSION_3'
      : version === 0x2007_1026
        ? '_LINUX_CAPABILITY_VERSION_2'
        : version === 0x1998_0330
          ? '_LINUX_CAPABILITY_VERSION_1'
          : hex(version);
  return `{version=${name}, pid=${view.getInt32(4, true)}}`;
});
export const capabilityData = structIn(24, capabilityText);
export const capabilityDataOut = structOut(24, capabilityText);
