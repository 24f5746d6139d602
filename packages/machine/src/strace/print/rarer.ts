import { type Call, atEntry, atExit } from '../call.js';
import { bits, oneOf, table } from '../flags.js';
import { clocks } from '../names/time.js';
import { schedPolicies } from '../names/processes.js';
import { readAll } from '../memory.js';
import { address, hex, octal, quoteHex, signed32, unsigned32 } from '../text.js';
import { structIn, structOut, structText } from './basic.js';
import { MessageBytes, messageText } from './message.js';
import { timevalText } from './time.js';

/** Structures and words that few calls have. */

/** struct tms: clock ticks. */
export const tmsOut = structOut(32, (view) => {
  const names = ['utime', 'stime', 'cutime', 'cstime'];
  return `{${names.map((name, i) => `tms_${name}=${view.getBigInt64(8 * i, true)}`).join(', ')}}`;
});

/** struct sched_attr: size4 policy4 flags8 nice4 priority4 runtime8 deadline8 period8 util_min4 util_max4. */
const SchedAttrV0 = 48;
const SchedAttrV1 = 56;

function schedAttrText(view: DataView): string {
  const word = (at: number): number => view.getUint32(at, true);
  const long = (at: number): bigint => view.getBigUint64(at, true);
  const clamps = view.byteLength < SchedAttrV1 ? '' : `, sched_util_min=${word(48)}, sched_util_max=${word(52)}`;
  return (
    `{size=${word(0)}, sched_policy=${oneOf(word(4), schedPolicies)}, sched_flags=${bits(word(8), schedFlags)}, ` +
    `sched_nice=${view.getInt32(16, true)}, sched_priority=${word(20)}, sched_runtime=${long(24)}, ` +
    `sched_deadline=${long(32)}, sched_period=${long(40)}${clamps}}`
  );
}

const schedFlags = table(
  'SCHED_FLAG_???',
  [1, 'SCHED_FLAG_RESET_ON_FORK'],
  [2, 'SCHED_FLAG_RECLAIM'],
  [4, 'SCHED_FLAG_DL_OVERRUN'],
  [8, 'SCHED_FLAG_KEEP_POLICY'],
  [16, 'SCHED_FLAG_KEEP_PARAMS'],
  [32, 'SCHED_FLAG_UTIL_CLAMP_MIN'],
  [64, 'SCHED_FLAG_UTIL_CLAMP_MAX'],
);

function schedAttr(call: Call, va: bigint): string {
  const size = readAll(call.memory, va, 4)?.getUint32(0, true);
  if (size === undefined) return address(va);
  return structText(call, va, size >= SchedAttrV1 ? SchedAttrV1 : SchedAttrV0, schedAttrText);
}

export const schedAttrIn = atEntry((call, i) => schedAttr(call, call.arg(i)));
export const schedAttrOut = atExit((call, i) => (call.failed ? address(call.arg(i)) : schedAttr(call, call.arg(i))));

const ioClasses = ['IOPRIO_CLASS_NONE', 'IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'];

export function ioPriorityText(value: number): string {
  const kind = value >>> 13;
  return `IOPRIO_PRIO_VALUE(${ioClasses[kind] ?? `0x${kind.toString(16)} /* IOPRIO_CLASS_??? */`}, ${value & 0x1fff})`;
}
export const ioPriority = atEntry((call, i) => ioPriorityText(unsigned32(call.arg(i))));

/** struct file_handle: handle_bytes4 handle_type4 data. What it held at the entry stands before what it holds then. */
export const handleIn = atEntry((call, i) => handleText(call, call.arg(i)));
export const handleSizeIn = atEntry((call, i) => {
  const size = readAll(call.memory, call.arg(i), 4)?.getUint32(0, true);
  call.saved.set('handle', size === undefined ? '' : String(size));
  return size === undefined ? address(call.arg(i)) : `{handle_bytes=${size}`;
});
export const handleOut = atExit((call, i) => {
  const before = call.saved.get('handle');
  const size = readAll(call.memory, call.arg(i), 4)?.getUint32(0, true);
  if (!before || size === undefined) return '';
  // EOVERFLOW says how much room there has to be.
  if (call.failed) return call.result === -75n && String(size) !== before ? ` => ${size}}` : '}';
  return `${String(size) === before ? '' : ` => ${size}`}, ${handleText(call, call.arg(i)).replace(/^\{handle_bytes=\d+, /, '')}`;
});

function handleText(call: Call, va: bigint): string {
  const head = readAll(call.memory, va, 8);
  if (!head) return address(va);
  const size = head.getUint32(0, true);
  const data = size <= 128 ? readAll(call.memory, va + 8n, size) : null;
  const handle = data ? `, f_handle=${quoteHex(new Uint8Array(data.buffer, data.byteOffset, size))}` : '';
  return `{handle_bytes=${size}, handle_type=${head.getInt32(4, true)}${handle}}`;
}

/** makedev(major, minor) of a dev_t in a register. */
export const device = atEntry((call, i) => {
  const dev = call.arg(i);
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `makedev(${hex(major)}, ${hex(minor)})`;
});

/** The key of System V objects, and flags that end in a mode. */
export const ipcKey = atEntry((call, i) => {
  const key = unsigned32(call.arg(i));
  return key === 0 ? 'IPC_PRIVATE' : hex(key);
});
const ipcBits = table('IPC_???', [0o1000, 'IPC_CREAT'], [0o2000, 'IPC_EXCL'], [0o4000, 'IPC_NOWAIT']);
export const ipcFlags = atEntry((call, i) => {
  const value = unsigned32(call.arg(i));
  const high = value & ~0o777;
  return `${high === 0 ? '' : `${bits(high, ipcBits)}|`}${octal(value & 0o777)}`;
});

const keyrings = table(
  'KEY_SPEC_???',
  [-1, 'KEY_SPEC_THREAD_KEYRING'],
  [-2, 'KEY_SPEC_PROCESS_KEYRING'],
  [-3, 'KEY_SPEC_SESSION_KEYRING'],
  [-4, 'KEY_SPEC_USER_KEYRING'],
  [-5, 'KEY_SPEC_USER_SESSION_KEYRING'],
);
export const keyring = atEntry((call, i) => {
  const key = signed32(call.arg(i));
  return keyrings.names.find(([value]) => value === key)?.[1] ?? String(key);
});

/** swapon: a priority in the low 15 bits, where SWAP_FLAG_PREFER says so. */
export const swapFlags = atEntry((call, i) => {
  const value = unsigned32(call.arg(i));
  const named = bits(value & ~0x7fff, table('SWAP_FLAG_???', [0x8000, 'SWAP_FLAG_PREFER'], [0x10000, 'SWAP_FLAG_DISCARD']));
  return value & ~0x7fff ? `${named}|${value & 0x7fff}` : String(value & 0x7fff);
});

/** struct timex, 208 bytes. */
const timexBits = table('STA_???', [0x40, 'STA_UNSYNC'], [0x2000, 'STA_NANO'], [0x1, 'STA_PLL'], [0x4000, 'STA_MODE']);
const timexModes = table(
  'ADJ_???',
  [1, 'ADJ_OFFSET'],
  [2, 'ADJ_FREQUENCY'],
  [4, 'ADJ_MAXERROR'],
  [8, 'ADJ_ESTERROR'],
  [0x10, 'ADJ_STATUS'],
  [0x20, 'ADJ_TIMECONST'],
  [0x100, 'ADJ_SETOFFSET'],
  [0x4000, 'ADJ_TICK'],
);
export const timexOut = structOut(208, (view) => {
  const long = (at: number): bigint => view.getBigInt64(at, true);
  return (
    `{modes=${bits(view.getUint32(0, true), timexModes)}, offset=${long(8)}, freq=${long(16)}, maxerror=${long(24)}, esterror=${long(32)}, ` +
    `status=${bits(view.getUint32(40, true), timexBits)}, constant=${long(48)}, precision=${long(56)}, tolerance=${long(64)}, ` +
    `time=${timevalText(view, 72)}, tick=${long(88)}, ppsfreq=${long(96)}, jitter=${long(104)}, shift=${view.getInt32(112, true)}, ` +
    `stabil=${long(120)}, jitcnt=${long(128)}, calcnt=${long(136)}, errcnt=${long(144)}, stbcnt=${long(152)}, tai=${view.getInt32(160, true)}}`
  );
});
/** What adjtimex answers: the state of the clock. */
export function timexNote(call: Call): string | null {
  const states = ['TIME_OK', 'TIME_INS', 'TIME_DEL', 'TIME_OOP', 'TIME_WAIT', 'TIME_ERROR'];
  const state = call.failed ? undefined : states[Number(call.result)];
  return state === undefined ? null : `(${state})`;
}
/** clockid_t in a register. */
export const clock = atEntry((call, i) => oneOf(signed32(call.arg(i)), clocks));

/** struct mmsghdr: a msghdr, and how many bytes it moved. */
const VectorBytes = 64;

function messages(call: Call, va: bigint, count: number, moved: boolean): string {
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = va + BigInt(i * VectorBytes);
    const length = readAll(call.memory, at + BigInt(MessageBytes), 4)?.getUint32(0, true);
    if (length === undefined) return parts.length === 0 ? address(va) : `[${parts.join(', ')}, ... /* ${address(at)} */]`;
    parts.push(`{msg_hdr=${messageText(call, at, moved ? length : Infinity)}${moved ? `, msg_len=${length}` : ''}}`);
  }
  return `[${parts.join(', ')}]`;
}

export const messagesSent = atExit((call, i) =>
  messages(call, call.arg(i), call.failed ? unsigned32(call.arg(i + 1)) : Number(call.result), !call.failed),
);
export const messagesReceived = atExit((call, i) =>
  call.failed ? address(call.arg(i)) : messages(call, call.arg(i), Number(call.result), true),
);

const seccompActions = table(
  'SECCOMP_RET_???',
  [0x80000000, 'SECCOMP_RET_KILL_PROCESS'],
  [0x00000000, 'SECCOMP_RET_KILL_THREAD'],
  [0x00030000, 'SECCOMP_RET_TRAP'],
  [0x00050000, 'SECCOMP_RET_ERRNO'],
  [0x7fc00000, 'SECCOMP_RET_USER_NOTIF'],
  [0x7ff00000, 'SECCOMP_RET_TRACE'],
  [0x7ffc0000, 'SECCOMP_RET_LOG'],
  [0x7fff0000, 'SECCOMP_RET_ALLOW'],
);
export const actionIn = structIn(4, (view) => `[${oneOf(view.getUint32(0, true), seccompActions)}]`);
