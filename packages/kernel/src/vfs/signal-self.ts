import { SiCode, type Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { sendSignal } from '../signal/send.js';

/** SIGPIPE and SIGXFSZ go to the thread that wrote. Linux: send_sig(sig, current, 0). */
export function signalSelf(k: Kernel, sig: Sig): void {
  const { current } = k;
  sendSignal(k, current, { signo: sig, errno: 0, code: SiCode.User, pid: current.tgid, uid: current.cred.uid }, false);
}
