import type { Kernel } from '../kernel.js';

/**
 * How an argument is read from its register and how strace prints it. 'int', 'fd', 'dirfd', 'pid', 'mode', 'sig', 'idtype' and all
 * 'flags:…' arrive as signed 32-bit; 'uint', 'uid' as unsigned 32-bit; 'long', 'off' as signed 64-bit; everything else as unsigned
 * 64-bit Number (exact below 2^53, which covers every valid address and length; above that it is invalid whatever its low bits).
 */
export type ArgKind =
  | 'int'
  | 'uint'
  | 'long'
  | 'ulong'
  | 'size'
  | 'off'
  | 'addr'
  | 'fd'
  | 'dirfd'
  | 'pid'
  | 'uid'
  | 'mode'
  | 'sig'
  | 'idtype'
  | 'path'
  | 'str'
  | 'buf:in'
  | 'buf:out'
  | 'argv'
  | 'envp'
  | 'ptr'
  | 'iovec'
  | 'iovec:out'
  | 'stat:out'
  | 'timespec'
  | 'timespec:out'
  | 'timeval'
  | 'timeval:out'
  | 'fdpair:out'
  | 'pollfds'
  | 'fdset'
  | 'sigset'
  | 'sigset:out'
  | 'sigaction'
  | 'sigaction:out'
  | 'status:out'
  | 'rusage:out'
  | 'rlimit'
  | 'rlimit:out'
  | 'utsname:out'
  | 'int:out'
  | 'dents:out'
  | 'sysinfo:out'
  | `flags:${string}`;

/** r: the handler's result: ≥ 0, or the PARKED sentinel (sched/park.ts). Errors are thrown. */
export type SyscallHandler = (k: Kernel, a: number, b: number, c: number, d: number, e: number, f: number) => number;

/** One row of the system call table (arch/x86/entry/syscalls/syscall_64.tbl). Everything about a call is here. */
export interface SyscallRow {
  readonly nr: number;
  readonly name: string;
  readonly args: readonly ArgKind[];
  /** null: known by name, answers ENOSYS. */
  readonly call: SyscallHandler | null;
  /** 'full', or what is missing, in a few words. */
  readonly done: string;
  /** How strace prints the result: decimal unless named. */
  readonly result?: 'addr' | 'octal' | 'fd';
}
