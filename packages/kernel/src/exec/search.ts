import { SiCode, Sig, SigHandler } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ELOOP, ENOENT, ENOEXEC, Errno } from '../errno.js';
import { forceSignal } from '../signal/send.js';
import type { LinuxBinprm } from './bprm.js';
import { setExecCreds } from './exec-creds.js';
import { kernelRead } from './kernel-read.js';
import { execTraced, stage } from './stage.js';

/** Credentials for bprm's file, and its first bytes. Linux: fs/exec.c: prepare_binprm. @throws EIO */
export function prepareBinprm(k: Kernel, bprm: LinuxBinprm): void {
  if (!bprm.file) throw new Error('no file to prepare');
  setExecCreds(k, bprm);
  bprm.buf.fill(0);
  const bytes = kernelRead(k, bprm.file, bprm.buf, 0);
  if (execTraced(k)) tracePrepared(k, bprm, bytes);
}

/**
 * Tries the formats in order until one takes the file. ENOEXEC falls through to the next; anything else ends the search. Once the old
 * program is gone (bprm.mm null) a failure kills the task. Linux: fs/exec.c: search_binary_handler.
 * @throws ELOOP more than 5 interpreters deep, ENOENT no formats at all, and what the format throws
 */
export function searchBinaryHandler(k: Kernel, bprm: LinuxBinprm): void {
  bprm.at = 'search_binary_handler';
  if (bprm.recursionDepth > 5) throw ELOOP;
  let failure = ENOENT;
  const formats = k.binfmts.inUse();
  for (const format of formats) {
    const depth = bprm.recursionDepth;
    if (execTraced(k)) stage(k, 'search_binary_handler', { format: format.name, depth, interp: bprm.interp });
    bprm.recursionDepth++;
    try {
      format.loadBinary(k, bprm);
      if (execTraced(k)) stage(k, 'load_binary', { format: format.name, depth, errno: null, next: false });
      return;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      failure = error;
    } finally {
      bprm.recursionDepth--;
    }
    const goesOn = bprm.mm !== null && failure === ENOEXEC && bprm.file !== null;
    const next = goesOn && format !== formats.at(-1);
    if (execTraced(k)) stage(k, 'load_binary', { format: format.name, depth, errno: failure.name, next });
    if (!bprm.mm) {
      if (execTraced(k)) stage(k, 'force_sigsegv', { format: format.name });
      forceSigsegv(k);
      throw failure;
    }
    if (!goesOn) throw failure;
  }
  throw failure;
}

/** Bytes of the file's start that a record shows. */
const HEAD_BYTES = 64;

function tracePrepared(k: Kernel, bprm: LinuxBinprm, bytes: number): void {
  const { euid, egid } = bprm.cred ?? k.current.cred;
  const head = Array.from(bprm.buf.subarray(0, Math.min(bytes, HEAD_BYTES)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const old = k.current.cred;
  stage(k, 'prepare_binprm', { interp: bprm.interp, bytes, head, euid, egid, set_id: euid !== old.euid || egid !== old.egid });
}

/** kernel/signal.c: force_sigsegv: the default action whatever the handler. */
function forceSigsegv(k: Kernel): void {
  const action = k.current.sighand.actions[Sig.SEGV - 1];
  if (action) action.handler = SigHandler.Default;
  forceSignal(k, k.current, { signo: Sig.SEGV, errno: 0, code: SiCode.Kernel });
}
