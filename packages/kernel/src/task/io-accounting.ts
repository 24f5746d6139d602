import { registerState } from '../state.js';

/** struct task_io_accounting: bytes of reads and writes as calls saw them, the calls, and what had to be moved from and to the host. */
export class IoAccounting {
  rchar = 0;
  wchar = 0;
  syscr = 0;
  syscw = 0;
  readBytes = 0;
  writeBytes = 0;
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
