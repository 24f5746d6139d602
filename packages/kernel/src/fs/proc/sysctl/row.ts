import { EINVAL } from '../../../errno.js';
import type { Kernel } from '../../../kernel.js';

/** One file below /proc/sys. */
export interface Sysctl {
  path: string;
  mode: number;
  /** A string is read and written at positions; numbers only from the start, as a whole. */
  isString: boolean;
  /** Without the newline. */
  get(k: Kernel): string;
  /** What was written, at `pos`. @throws an Errno */
  set?(k: Kernel, text: string, pos: number): void;
}

const LONG_MAX = 2 ** 63;

/**
 * The first number of what was written: decimal, hex or octal, with blank behind it (kernel/sysctl.c: proc_get_long). What follows is
 * ignored, as only one number is wanted. @throws EINVAL
 */
function firstNumber(text: string, min: number, max: number): number {
  const match = /^\s*(-?)(0[xX][0-9a-fA-F]+|[0-9]+)(?=[\s\0]|$)/.exec(text);
  if (!match) throw EINVAL;
  const digits = match[2]!;
  const size = /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
  const value = match[1] === '-' ? -size : size;
  if (Number.isNaN(value) || value < min || value > max) throw EINVAL;
  return value;
}

/** proc_dointvec_minmax; without min and max proc_dointvec. */
export function intSysctl(
  path: string,
  get: (k: Kernel) => number,
  set: (k: Kernel, value: number) => void,
  min = -0x8000_0000,
  max = 0x7fff_ffff,
  mode = 0o644,
): Sysctl {
  return { path, mode, isString: false, get: (k) => String(get(k)), set: (k, text) => set(k, firstNumber(text, min, max)) };
}

/** proc_doulongvec_minmax. */
export function ulongSysctl(path: string, get: (k: Kernel) => number, set: (k: Kernel, value: number) => void, max = LONG_MAX): Sysctl {
  return intSysctl(path, get, set, 0, max);
}

/** A number, or numbers, that only the kernel changes. */
export function fixedSysctl(path: string, get: (k: Kernel) => string | number, mode = 0o444): Sysctl {
  return { path, mode, isString: false, get: (k) => String(get(k)) };
}

/** proc_dostring: up to `size` − 1 bytes; a write in the middle goes on behind what is there (sysctl_writes_strict). */
export function stringSysctl(
  path: string,
  size: number,
  get: (k: Kernel) => string,
  set?: (k: Kernel, value: string) => void,
  mode = set ? 0o644 : 0o444,
): Sysctl {
  const row: Sysctl = { path, mode, isString: true, get };
  if (set) {
    row.set = (k, text, pos) => {
      const old = get(k);
      if (pos > old.length) return;
      set(k, (old.slice(0, pos) + text.split(/[\0\n]/)[0]!).slice(0, size - 1));
    };
  }
  return row;
}
