import { Sig, SigAltStack, SigHandler, SaFlag, SiCode, SigEvNotify, SigInfoOffset } from '@ring3/abi';
import { atEntry, atExit } from '../call.js';
import { bits, oneOf } from '../flags.js';
import { readAll } from '../memory.js';
import { actionBits, notifyKinds, shortSignalName, siCodeName, signalText, stackBits } from '../names/signals.js';
import { address, signed32 } from '../text.js';
import { structIn, structOut, structText } from './basic.js';

/** '[INT CHLD]'; a set of most signals by those that it lacks: '~[KILL STOP]'. */
export function sigsetText(set: bigint): string {
  const members: number[] = [];
  for (let signo = 1; signo <= Sig.Count; signo++) if ((set >> BigInt(signo - 1)) & 1n) members.push(signo);
  const inverted = members.length >= Math.floor((Sig.Count * 2) / 3);
  const shown = inverted ? Array.from({ length: Sig.Count }, (_, i) => i + 1).filter((signo) => !members.includes(signo)) : members;
  return `${inverted ? '~' : ''}[${shown.map(shortSignalName).join(' ')}]`;
}

export const signal = atEntry((call, i) => signalText(signed32(call.arg(i))));
export const sigset = structIn(8, (view) => sigsetText(view.getBigUint64(0, true)));
export const sigsetOut = structOut(8, (view) => sigsetText(view.getBigUint64(0, true)));

/** struct kernel_sigaction: handler8 flags8 restorer8 mask8. */
function actionText(view: DataView): string {
  const handler = view.getBigUint64(0, true);
  const flags = view.getUint32(8, true);
  const handlerText =
    handler === BigInt(SigHandler.Default) ? 'SIG_DFL' : handler === BigInt(SigHandler.Ignore) ? 'SIG_IGN' : address(handler);
  const restorer = flags & SaFlag.Restorer ? `, sa_restorer=${address(view.getBigUint64(16, true))}` : '';
  return `{sa_handler=${handlerText}, sa_mask=${sigsetText(view.getBigUint64(24, true))}, sa_flags=${bits(flags, actionBits)}${restorer}}`;
}

export const sigaction = structIn(32, actionText);
export const sigactionOut = structOut(32, actionText);

/** stack_t: sp8 flags4 pad4 size8. */
function stackText(view: DataView): string {
  const flags = view.getUint32(8, true);
  const text = flags === SigAltStack.Disable ? 'SS_DISABLE' : bits(flags, stackBits);
  return `{ss_sp=${address(view.getBigUint64(0, true))}, ss_flags=${text}, ss_size=${view.getBigUint64(16, true)}}`;
}

export const stack = structIn(24, stackText);
export const stackOut = structOut(24, stackText);

/** siginfo_t's members by name; those that the signal does not have are absent. */
export interface SignalInfo {
  signo: number;
  code: number;
  errno: number;
  pid: number;
  uid: number;
  status: number;
  utime: number | bigint;
  stime: number | bigint;
  addr: bigint;
  value: bigint;
  timerId: number;
  overrun: number;
  band: bigint;
  fd: number;
}

export function signalInfoText(info: SignalInfo): string {
  if (info.signo === 0) return '{}';
  const parts = [`si_signo=${signalText(info.signo)}`, `si_code=${siCodeName(info.signo, info.code)}`];
  if (info.errno !== 0) parts.push(`si_errno=${info.errno}`);
  return `{${[...parts, ...members(info)].join(', ')}}`;
}

function members(info: SignalInfo): string[] {
  const sender = [`si_pid=${info.pid}`, `si_uid=${info.uid}`];
  const value = [`si_int=${Number(BigInt.asIntN(32, info.value))}`, `si_ptr=${address(info.value)}`];
  if (info.code === SiCode.User || info.code === SiCode.Tkill) return sender;
  if (info.code === SiCode.Timer) return [`si_timerid=${info.timerId}`, `si_overrun=${info.overrun}`, ...value];
  if (info.code < 0) return info.value === 0n ? sender : [...sender, ...value];
  switch (info.signo) {
    case Sig.CHLD: {
      const status = info.code === SiCode.CldExited ? String(info.status) : signalText(info.status);
      return [...sender, `si_status=${status}`, `si_utime=${info.utime}`, `si_stime=${info.stime}`];
    }
    case Sig.ILL:
    case Sig.FPE:
    case Sig.SEGV:
    case Sig.BUS:
    case Sig.TRAP:
      return [`si_addr=${address(info.addr)}`];
    case Sig.IO:
      return [`si_band=${info.band}`, `si_fd=${info.fd}`];
    default:
      return info.pid || info.uid ? sender : [];
  }
}

/** siginfo_t in memory. */
function infoOf(view: DataView): SignalInfo {
  return {
    signo: view.getInt32(SigInfoOffset.Signo, true),
    code: view.getInt32(SigInfoOffset.Code, true),
    errno: view.getInt32(SigInfoOffset.Errno, true),
    pid: view.getInt32(SigInfoOffset.Pid, true),
    uid: view.getUint32(SigInfoOffset.Uid, true),
    status: view.getInt32(SigInfoOffset.Status, true),
    utime: view.getBigInt64(SigInfoOffset.Utime, true),
    stime: view.getBigInt64(SigInfoOffset.Stime, true),
    addr: view.getBigUint64(SigInfoOffset.Addr, true),
    value: view.getBigUint64(SigInfoOffset.Value, true),
    timerId: view.getInt32(SigInfoOffset.TimerId, true),
    overrun: view.getInt32(SigInfoOffset.Overrun, true),
    band: view.getBigInt64(SigInfoOffset.Band, true),
    fd: view.getInt32(SigInfoOffset.Fd, true),
  };
}

export const siginfo = structIn(SigInfoOffset.Bytes, (view) => signalInfoText(infoOf(view)));
export const siginfoOut = structOut(SigInfoOffset.Bytes, (view) => signalInfoText(infoOf(view)));

/** struct sigevent: value8 signo4 notify4 tid4. */
export const sigevent = structIn(64, (view) => {
  const notify = view.getInt32(12, true);
  const value = view.getBigUint64(0, true);
  const parts = [
    ...(value === 0n ? [] : [`sigev_value={sival_int=${view.getInt32(0, true)}, sival_ptr=${address(value)}}`]),
    `sigev_signo=${signalText(view.getInt32(8, true))}`,
    `sigev_notify=${oneOf(notify, notifyKinds)}`,
    ...(notify === SigEvNotify.ThreadId ? [`sigev_notify_thread_id=${view.getInt32(16, true)}`] : []),
  ];
  return `{${parts.join(', ')}}`;
});

/** pselect6's last argument: a set by address and size. */
export const sigsetWithSize = structIn(16, (view, call) => {
  const set = structText(call, view.getBigUint64(0, true), 8, (mask) => sigsetText(mask.getBigUint64(0, true)));
  return `{sigmask=${set}, sigsetsize=${view.getBigUint64(8, true)}}`;
});

/** uc_flags8 uc_link8 uc_stack24 sigcontext256 uc_sigmask8. */
const UC_SIGMASK = 296n;

/** What rt_sigreturn restores: `index` is rsp's slot, the ucontext's address (arch/x86/kernel/signal.c: the frame without its return address). */
export function returnMaskText(memory: Parameters<typeof readAll>[0], rsp: bigint): string {
  const view = readAll(memory, rsp + UC_SIGMASK, 8);
  return view ? `{mask=${sigsetText(view.getBigUint64(0, true))}}` : address(rsp);
}

/** A pending set or the like that is written at success: printed as an address otherwise. */
export const waitedInfoOut = atExit((call, i) =>
  call.failed ? address(call.arg(i)) : structText(call, call.arg(i), SigInfoOffset.Bytes, (view) => signalInfoText(infoOf(view))),
);
