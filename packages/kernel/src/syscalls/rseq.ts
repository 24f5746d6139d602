import { RSEQ_FLAG_UNREGISTER, RSEQ_NO_CPU, RseqArea, Sys } from '@ring3/abi';
import { EBUSY, EINVAL, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { accessOk, putU32 } from '../mm/uaccess.js';
import type { SyscallRow } from './row.js';

/** Linux: kernel/rseq.c: sys_rseq. */
function rseq(k: Kernel, area: number, length: number, flags: number, signature: number): number {
  const task = k.current;
  if (flags & RSEQ_FLAG_UNREGISTER) {
    if (flags & ~RSEQ_FLAG_UNREGISTER || task.rseq !== area || area === 0 || length !== RseqArea.Bytes) throw EINVAL;
    if (task.rseqSig !== signature) throw EPERM;
    putU32(k, area + RseqArea.CpuIdStart, 0);
    putU32(k, area + RseqArea.CpuId, RSEQ_NO_CPU);
    task.rseq = 0;
    task.rseqSig = 0;
    task.rseqPending = false;
    return 0;
  }
  if (flags !== 0) throw EINVAL;
  if (task.rseq !== 0) {
    if (task.rseq !== area || length !== RseqArea.Bytes) throw EINVAL;
    throw task.rseqSig === signature ? EBUSY : EPERM;
  }
  if (area % RseqArea.Align !== 0 || length !== RseqArea.Bytes) throw EINVAL;
  accessOk(k, area, length);
  task.rseq = area;
  task.rseqSig = signature;
  task.rseqPending = area !== 0;
  return 0;
}

export const rseqSyscalls: readonly SyscallRow[] = [
  { nr: Sys.rseq, name: 'rseq', args: ['addr', 'uint', 'int', 'uint'], call: rseq, done: 'full' },
];
