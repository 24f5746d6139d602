import { EINVAL } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { getI64Number, putU64 } from '../mm/uaccess.js';
import type { Timespec } from '../vfs/inode.js';
import { NsPerSec } from './clock.js';

/** A struct timespec from user memory. @throws EINVAL for a negative or denormal one; EFAULT */
export function readTimespec(k: Kernel, va: number): Timespec {
  const sec = getI64Number(k, va);
  const nsec = getI64Number(k, va + 8);
  if (sec < 0 || nsec < 0 || nsec >= NsPerSec) throw EINVAL;
  return { sec, nsec };
}

/** A struct timeval, as ns. @throws EINVAL */
export function readTimeval(k: Kernel, va: number): number {
  const sec = getI64Number(k, va);
  const usec = getI64Number(k, va + 8);
  if (sec < 0 || usec < 0 || usec >= 1_000_000) throw EINVAL;
  return sec * NsPerSec + usec * 1000;
}

export function writeTimespec(k: Kernel, va: number, time: Timespec): void {
  putU64(k, va, time.sec);
  putU64(k, va + 8, time.nsec);
}

export function writeTimeval(k: Kernel, va: number, ns: number): void {
  putU64(k, va, Math.floor(ns / NsPerSec));
  putU64(k, va + 8, Math.floor((ns % NsPerSec) / 1000));
}

export function toTimespec(ns: number): Timespec {
  return { sec: Math.floor(ns / NsPerSec), nsec: ns % NsPerSec };
}

/** ns of a timespec; what a clock can never reach becomes Infinity-like but finite (KTIME_MAX). */
export function toNs(time: Timespec): number {
  return Math.min(time.sec * NsPerSec + time.nsec, Number.MAX_SAFE_INTEGER);
}
