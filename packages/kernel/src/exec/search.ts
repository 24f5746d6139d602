import { SiCode, Sig, SigHandler } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ELOOP, ENOENT, ENOEXEC, Errno } from '../errno.js';
import { forceSignal } from '../signal/send.js';
import type { LinuxBinprm } from './bprm.js';
import { setExecCreds } from './exec-creds.js';
import { kernelRead } from './kernel-read.js';
import { stage } from './stage.js';

/** Credentials for bprm's file, and its first bytes. Linux: fs/exec.c: prepare_binprm. @throws EIO */
export function prepareBinprm(k: Kernel, bprm: LinuxBinprm): void {
  if (!bprm.file) throw new Error('no file to prepare');
  setExecCreds(k, bprm);
  bprm.buf.fill(0);
  const bytes = kernelRead(k, bprm.file, bprm.buf, 0);
  stage(k, 'prepare_binprm', () => ({ interp: bprm.interp, bytes, euid: bprm.cred?.euid ?? 0, egid: bprm.cred?.egid ?? 0 }));
}

/**
 * Tries the formats in order until one takes the file. ENOEXEC falls through to the next; anything else ends the search. Once the old
 * program is gone (bprm.mm null) a failure kills the task. Linux: fs/exec.c: search_binary_handler.
 * @throws ELOOP more than 5 interpreters deep, ENOENT no formats at all, and what the format throws
 */
export function searchBinaryHandler(k: Kernel, bprm: LinuxBinprm): void {
  if (bprm.recursionDepth > 5) throw ELOOP;
  let failure = ENOENT;
  for (const format of k.binfmts.formats) {
    stage(k, 'search_binary_handler', () => ({ format: format.name, depth: bprm.recursionDepth, interp: bprm.interp }));
    bprm.recursionDepth++;
    try {
      format.loadBinary(k, bprm);
      return;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      failure = error;
    } finally {
      bprm.recursionDepth--;
    }
    stage(k, 'search_binary_handler', () => ({ format: format.name, failed: failure.name }));
    if (!bprm.mm) {
      forceSigsegv(k);
      throw failure;
    }
    if (failure !== ENOEXEC || !bprm.file) throw failure;
  }
  throw failure;
}

/** kernel/signal.c: force_sigsegv: the default action whatever the handler. */
function forceSigsegv(k: Kernel): void {
  const action = k.current.sighand.actions[Sig.SEGV - 1];
  if (action) action.handler = SigHandler.Default;
  forceSignal(k, k.current, { signo: Sig.SEGV, errno: 0, code: SiCode.Kernel });
}
