import { Sig } from '@ring3/abi';

const masks = Array.from({ length: Sig.Count + 1 }, (_, signo) => (signo === 0 ? 0n : 1n << BigInt(signo - 1)));

/** A signal set with this one signal: bit n − 1 for signal n. */
export function sigMask(signo: number): bigint {
  return masks[signo]!;
}

function setOf(...signals: number[]): bigint {
  return signals.reduce((set, signo) => set | sigMask(signo), 0n);
}

export const AllSignals = (1n << 64n) - 1n;
/** Neither caught, blocked nor ignored. */
export const KernelOnlySignals = setOf(Sig.KILL, Sig.STOP);
export const StopSignals = setOf(Sig.STOP, Sig.TSTP, Sig.TTIN, Sig.TTOU);
/** Default action: ignore. */
export const IgnoredSignals = setOf(Sig.CONT, Sig.CHLD, Sig.WINCH, Sig.URG);
/** Default action: terminate with a core dump. */
export const CoreDumpSignals = setOf(Sig.QUIT, Sig.ILL, Sig.TRAP, Sig.ABRT, Sig.FPE, Sig.SEGV, Sig.BUS, Sig.SYS, Sig.XCPU, Sig.XFSZ);
/** Raised by the execution of an instruction: delivered before the others. */
export const SynchronousSignals = setOf(Sig.SEGV, Sig.BUS, Sig.ILL, Sig.TRAP, Sig.FPE, Sig.SYS);

export function hasSignal(set: bigint, signo: number): boolean {
  return (set & sigMask(signo)) !== 0n;
}

/** The lowest signal of a set, 0 for the empty one. */
export function firstSignal(set: bigint): number {
  if (set === 0n) return 0;
  let low = Number(set & 0xffff_ffffn);
  if (low !== 0) return 32 - Math.clz32(low & -low);
  low = Number((set >> 32n) & 0xffff_ffffn);
  return 64 - Math.clz32(low & -low);
}

/** The signal that next_signal takes: synchronous ones first, then the lowest number. */
export function nextSignal(pending: bigint, blocked: bigint): number {
  const ready = pending & ~blocked;
  return firstSignal((ready & SynchronousSignals) !== 0n ? ready & SynchronousSignals : ready);
}

/** From the two halves of a user sigset_t. */
export function sigsetOf(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

export function sigsetLow(set: bigint): number {
  return Number(set & 0xffff_ffffn);
}

export function sigsetHigh(set: bigint): number {
  return Number((set >> 32n) & 0xffff_ffffn);
}
