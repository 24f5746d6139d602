import { Binprm } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { E2BIG, ENAMETOOLONG } from '../errno.js';
import { expandStack } from '../mm/stack.js';
import { getU64Number, readRemote, strncpyFromUser, writeRemote } from '../mm/uaccess.js';
import type { LinuxBinprm } from './bprm.js';
import { execTraced, stage } from './stage.js';

/** Where argument or environment strings come from (struct user_arg_ptr). Strings are latin1, without their NUL. */
export interface ArgVector {
  /** How many there are. @throws EFAULT, E2BIG */
  count(k: Kernel): number;
  /** @throws EFAULT, E2BIG longer than MAX_ARG_STRLEN with its NUL */
  string(k: Kernel, index: number): string;
}

/** A vector of pointers in user memory, ended by a null pointer; a null vector is an empty one. */
export class UserArgs implements ArgVector {
  constructor(private readonly va: number) {}

  /** fs/exec.c: count */
  count(k: Kernel): number {
    if (this.va === 0) return 0;
    let n = 0;
    while (getU64Number(k, this.va + n * 8) !== 0) {
      if (n >= Binprm.MaxArgStrings) throw E2BIG;
      n++;
    }
    return n;
  }

  string(k: Kernel, index: number): string {
    try {
      return strncpyFromUser(k, getU64Number(k, this.va + index * 8), Binprm.MaxArgStrLen);
    } catch (error) {
      throw error === ENAMETOOLONG ? E2BIG : error;
    }
  }
}

/** Strings that the kernel itself brings: spawn, do_execve of an init, interpreter names. */
export class KernelArgs implements ArgVector {
  constructor(private readonly strings: readonly string[]) {}

  count(): number {
    return this.strings.length;
  }

  string(_k: Kernel, index: number): string {
    const string = this.strings[index] ?? '';
    if (string.length + 1 > Binprm.MaxArgStrLen) throw E2BIG;
    return string;
  }
}

/**
 * Counts the strings and fixes how far down the stack they may reach: a quarter of the stack limit, at most 6 MiB, at least 128 KiB,
 * less the pointers to them. Linux: fs/exec.c: prepare_arg_pages.
 */
export function prepareArgPages(k: Kernel, bprm: LinuxBinprm, argv: ArgVector, envp: ArgVector): void {
  bprm.argc = argv.count(k);
  bprm.envc = envp.count(k);
  const limit = Math.max(Math.min(Binprm.ArgLimit, Math.floor(bprm.rlimStack.cur / 4)), Binprm.ArgMin);
  const pointers = (bprm.argc + bprm.envc) * 8;
  if (limit <= pointers) throw E2BIG;
  bprm.argmin = bprm.p - (limit - pointers);
  if (execTraced(k)) stage(k, 'prepare_arg_pages', { argc: bprm.argc, envc: bprm.envc, limit, argmin: bprm.argmin });
}

/**
 * Copies `count` strings to the new stack, the last one first, so that they end up in order; `what` they are is for the tracer.
 * Linux: fs/exec.c: copy_strings.
 * @throws EFAULT, E2BIG
 */
export function copyStrings(k: Kernel, bprm: LinuxBinprm, what: string, count: number, strings: ArgVector): void {
  const copied: string[] = [];
  const end = bprm.p;
  for (let i = count - 1; i >= 0; i--) {
    const string = strings.string(k, i);
    bprm.p -= string.length + 1;
    if (bprm.p < bprm.argmin) throw E2BIG;
    growArgStack(k, bprm, bprm.p);
    copied.push(string);
  }
  const bytes = new Uint8Array(end - bprm.p);
  let at = 0;
  for (let i = copied.length - 1; i >= 0; i--) {
    const string = copied[i] as string;
    for (let j = 0; j < string.length; j++) bytes[at + j] = string.charCodeAt(j);
    at += string.length + 1;
  }
  writeArgPages(k, bprm, bprm.p, bytes);
  if (!execTraced(k) || !bprm.vma) return;
  const { p, vma } = bprm;
  stage(k, 'copy_strings', { what, count, bytes: end - p, p, stack_start: vma.start, stack_end: vma.end });
}

/** A string that the stack limit has no room for. Linux: get_arg_page. @throws E2BIG */
function growArgStack(k: Kernel, bprm: LinuxBinprm, va: number): void {
  const { mm, vma } = bprm;
  if (!mm || !vma) throw new Error('arguments are copied before the new address space is installed');
  if (va < vma.start && !expandStack(k, mm, vma, va)) throw E2BIG;
}

/** Writes into the stack being built, which is not the active address space. @throws E2BIG no memory for it */
function writeArgPages(k: Kernel, bprm: LinuxBinprm, va: number, bytes: Uint8Array): void {
  const { mm } = bprm;
  if (!mm || bytes.length === 0) return;
  if (writeRemote(k, mm, va, bytes) !== bytes.length) throw E2BIG;
}

/** Drops argv[0] from the new stack; the names of a script's interpreter take its place. Linux: fs/exec.c: remove_arg_zero. */
export function removeArgZero(k: Kernel, bprm: LinuxBinprm): void {
  if (bprm.argc === 0 || !bprm.mm) return;
  const first = readRemote(k, bprm.mm, bprm.p, Binprm.MaxArgStrLen);
  const nul = first.indexOf(0);
  if (nul < 0) throw new Error('an argument on the new stack has no end');
  bprm.p += nul + 1;
  bprm.argc--;
}
