import { registerState } from '../state.js';
import { DOUBLE_ZERO } from '../double-zero.js';

/** struct task_io_accounting: bytes of reads and writes as calls saw them, the calls, and what had to be moved from and to the host. */
export class IoAccounting {
  rchar = DOUBLE_ZERO;
  wchar = DOUBLE_ZERO;
  syscr = 0;
  syscw = 0;
  readBytes = DOUBLE_ZERO;
  writeBytes = DOUBLE_ZERO;
  cancelledWriteBytes = 0;

  /** task_io_accounting_add */
  add(other: IoAccounting): void {
    this.rchar += other.rchar;
    this.wchar += other.wchar;
    this.syscr += other.syscr;
    this.syscw += other.syscw;
    this.readBytes += other.readBytes;
    this.writeBytes += other.writeBytes;
    this.cancelledWriteBytes += other.cancelledWriteBytes;
  }
}
registerState('IoAccounting', IoAccounting);
