import { BinprmFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ENOENT, ENOEXEC } from '../errno.js';
import { registerState } from '../state.js';
import { openExec } from '../vfs/open.js';
import { KernelArgs, copyStrings, removeArgZero } from './arguments.js';
import { LinuxBinfmt } from './binfmt.js';
import type { LinuxBinprm } from './bprm.js';
import { releaseExecFile } from './exec-file.js';
import { prepareBinprm, searchBinaryHandler } from './search.js';
import { execTraced, stage } from './stage.js';

const NEWLINE = 10;

/** `#!interpreter argument`: fs/binfmt_script.c. */
export class BinfmtScript extends LinuxBinfmt {
  constructor() {
    super('script');
  }

  /** Puts the interpreter and its argument in front of the script's name, and starts over with the interpreter's file. Linux: load_script. */
  loadBinary(k: Kernel, bprm: LinuxBinprm): void {
    bprm.at = 'load_script';
    if (bprm.buf[0] !== 0x23 || bprm.buf[1] !== 0x21) {
      if (execTraced(k)) stage(k, 'load_script', { magic: false, script: bprm.interp, interpreter: null, argument: null });
      throw ENOEXEC;
    }
    if (bprm.interpFlags & BinprmFlag.PathInaccessible) throw ENOENT;

    releaseExecFile(k, bprm);
    const line = parseInterpreterLine(bprm.buf);
    if (execTraced(k)) {
      const { interpreter = null, argument = null } = line ?? {};
      stage(k, 'load_script', { magic: true, script: bprm.interp, interpreter, argument });
    }
    if (!line) throw ENOEXEC;

    removeArgZero(k, bprm);
    copyStrings(k, bprm, 'script', 1, new KernelArgs([bprm.interp]));
    bprm.argc++;
    if (line.argument !== null) {
      copyStrings(k, bprm, 'argument', 1, new KernelArgs([line.argument]));
      bprm.argc++;
    }
    copyStrings(k, bprm, 'interpreter', 1, new KernelArgs([line.interpreter]));
    bprm.argc++;
    bprm.interp = line.interpreter;

    bprm.at = 'open_exec';
    if (execTraced(k)) stage(k, 'open_exec', { interpreter: line.interpreter, offset: null, size: null });
    bprm.file = openExec(k, line.interpreter);
    bprm.at = 'prepare_binprm';
    prepareBinprm(k, bprm);
    searchBinaryHandler(k, bprm);
  }
}
registerState('BinfmtScript', BinfmtScript);

/**
 * The interpreter and the one optional argument (blanks inside it are kept) of a `#!` line, as 5.4 parses it: blanks are space and tab;
 * the line ends at the newline, or where the buffer does, as long as the interpreter's name is whole. null: not a script.
 */
export function parseInterpreterLine(buf: Uint8Array): { interpreter: string; argument: string | null } | null {
  let end = lineEnd(buf);
  if (end < 0) {
    const last = buf.length - 1;
    const name = skipBlanks(buf, 2, last + 1);
    if (name > last) return null;
    if (terminator(buf, name) > last) return null;
    end = last;
  }
  while (end > 0 && isBlank(buf[end - 1])) end--;
  const text = cString(buf, end);
  const start = skipBlanks(buf, 2, text);
  if (start >= text) return null;
  let nameEnd = start;
  while (nameEnd < text && !isBlank(buf[nameEnd])) nameEnd++;
  const argument = skipBlanks(buf, nameEnd, text);
  return { interpreter: latin1(buf, start, nameEnd), argument: argument < text ? latin1(buf, argument, text) : null };
}

/** Index of the first newline before any NUL, −1: none. */
function lineEnd(buf: Uint8Array): number {
  for (let i = 0; i < buf.length && buf[i] !== 0; i++) if (buf[i] === NEWLINE) return i;
  return -1;
}

/** First index from `from` that is space, tab or NUL. */
function terminator(buf: Uint8Array, from: number): number {
  let i = from;
  while (i < buf.length && buf[i] !== 0 && !isBlank(buf[i])) i++;
  return i;
}

/** Where the NUL-terminated text that `end` cuts off really ends. */
function cString(buf: Uint8Array, end: number): number {
  const nul = buf.indexOf(0, 2);
  return nul >= 0 && nul < end ? nul : end;
}

function skipBlanks(buf: Uint8Array, from: number, end: number): number {
  let i = from;
  while (i < end && isBlank(buf[i])) i++;
  return i;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}

function latin1(buf: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...buf.subarray(start, end));
}
