import { SiCode, Sig, SigInfoOffset } from '@ring3/abi';
import { E2BIG } from '../errno.js';
import type { SigInfo } from './signal-struct.js';

/** Which member of siginfo_t's union a signal fills. Linux: enum siginfo_layout, siginfo_layout() in kernel/signal.c. */
export const enum SigInfoLayout {
  Kill,
  Timer,
  Poll,
  Fault,
  Child,
  Rt,
  Sys,
}

export function layoutOf(signo: number, code: number): SigInfoLayout {
  if (code > SiCode.User && code < SiCode.Kernel) {
    switch (signo) {
      case Sig.ILL:
      case Sig.FPE:
      case Sig.SEGV:
      case Sig.BUS:
      case Sig.TRAP:
        return SigInfoLayout.Fault;
      case Sig.CHLD:
        return SigInfoLayout.Child;
      case Sig.SYS:
        return SigInfoLayout.Sys;
      default:
        return code <= SiCode.PollHup ? SigInfoLayout.Poll : SigInfoLayout.Kill;
    }
  }
  if (code === SiCode.Timer) return SigInfoLayout.Timer;
  if (code === SiCode.SigIo) return SigInfoLayout.Poll;
  if (code < 0 && code !== SiCode.Tkill) return SigInfoLayout.Rt;
  return code === SiCode.Tkill ? SigInfoLayout.Rt : SigInfoLayout.Kill;
}

/** siginfo_t, 128 bytes, as user mode sees it. Linux: copy_siginfo_to_user. */
export function encodeSigInfo(info: SigInfo): Uint8Array {
  const bytes = new Uint8Array(SigInfoOffset.Bytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(SigInfoOffset.Signo, info.signo, true);
  view.setInt32(SigInfoOffset.Errno, info.errno, true);
  view.setInt32(SigInfoOffset.Code, info.code, true);
  const u64 = (at: number, value: number) => {
    view.setUint32(at, value >>> 0, true);
    view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
  };
  const value = () => {
    view.setUint32(SigInfoOffset.Value, info.value?.[0] ?? 0, true);
    view.setUint32(SigInfoOffset.Value + 4, info.value?.[1] ?? 0, true);
  };
  switch (layoutOf(info.signo, info.code)) {
    case SigInfoLayout.Kill:
      view.setInt32(SigInfoOffset.Pid, info.pid ?? 0, true);
      view.setUint32(SigInfoOffset.Uid, info.uid ?? 0, true);
      break;
    case SigInfoLayout.Rt:
      view.setInt32(SigInfoOffset.Pid, info.pid ?? 0, true);
      view.setUint32(SigInfoOffset.Uid, info.uid ?? 0, true);
      value();
      break;
    case SigInfoLayout.Timer:
      view.setInt32(SigInfoOffset.TimerId, info.timerId ?? 0, true);
      view.setInt32(SigInfoOffset.Overrun, info.overrun ?? 0, true);
      value();
      break;
    case SigInfoLayout.Poll:
      u64(SigInfoOffset.Band, info.band ?? 0);
      view.setInt32(SigInfoOffset.Fd, info.fd ?? 0, true);
      break;
    case SigInfoLayout.Fault:
      u64(SigInfoOffset.Addr, info.addr ?? 0);
      if (info.addrHigh !== undefined) view.setUint32(SigInfoOffset.Addr + 4, info.addrHigh, true);
      break;
    case SigInfoLayout.Child:
      view.setInt32(SigInfoOffset.Pid, info.pid ?? 0, true);
      view.setUint32(SigInfoOffset.Uid, info.uid ?? 0, true);
      view.setInt32(SigInfoOffset.Status, info.status ?? 0, true);
      u64(SigInfoOffset.Utime, clockTicks(info.utime));
      u64(SigInfoOffset.Stime, clockTicks(info.stime));
      break;
    case SigInfoLayout.Sys:
      u64(SigInfoOffset.Addr, info.addr ?? 0);
      view.setInt32(SigInfoOffset.Syscall, info.syscall ?? 0, true);
      view.setUint32(SigInfoOffset.Arch, info.arch ?? 0, true);
  }
  if (info.raw) bytes.set(info.raw.subarray(12, SigInfoOffset.KernelBytes), 12);
  return bytes;
}

/**
 * What rt_sigqueueinfo passes: the union is kept as it came. Linux: __copy_siginfo_from_user.
 * @param asked the call's signal, which replaces si_signo
 * @throws E2BIG for a code that Linux does not know, with something behind what it keeps
 */
export function decodeSigInfo(bytes: Uint8Array, asked: number | null = null): SigInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signo = asked ?? view.getInt32(SigInfoOffset.Signo, true);
  const code = view.getInt32(SigInfoOffset.Code, true);
  if (!isKnownCode(signo, code) && bytes.subarray(SigInfoOffset.KernelBytes).some((byte) => byte !== 0)) throw E2BIG;
  return {
    signo,
    errno: view.getInt32(SigInfoOffset.Errno, true),
    code,
    pid: view.getInt32(SigInfoOffset.Pid, true),
    uid: view.getUint32(SigInfoOffset.Uid, true),
    value: [view.getUint32(SigInfoOffset.Value, true), view.getUint32(SigInfoOffset.Value + 4, true)],
    raw: bytes.slice(),
  };
}

/** The greatest si_code of the signals that have codes of their own (NSIGILL and the like, uapi asm-generic/siginfo.h). */
const ownCodes: ReadonlyMap<number, number> = new Map([
  [Sig.ILL, 11],
  [Sig.FPE, 15],
  [Sig.SEGV, 7],
  [Sig.BUS, 5],
  [Sig.TRAP, 5],
  [Sig.CHLD, 6],
  [Sig.IO, 6],
  [Sig.SYS, 1],
]);

/** Linux: known_siginfo_layout. */
function isKnownCode(signo: number, code: number): boolean {
  if (code === SiCode.Kernel || code === SiCode.AsyncNl) return true;
  if (code > SiCode.User) return code <= (ownCodes.get(signo) ?? SiCode.PollHup);
  return code >= SiCode.DeThread;
}

function clockTicks(ns = 0): number {
  return Math.floor(ns / 10_000_000);
}
