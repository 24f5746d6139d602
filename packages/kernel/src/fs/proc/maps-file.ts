import { ESRCH } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { gateVma } from '../../mm/gate-vma.js';
import type { Mm, Vma } from '../../mm/mm.js';
import { mapsLine } from '../../mm/proc-maps.js';
import { smapsRecord } from '../../mm/smaps.js';
import { findVma } from '../../mm/vma.js';
import { registerState } from '../../state.js';
import type { Inode } from '../../vfs/inode.js';
import { mmToInspect, taskOf } from './access.js';
import { ProcRecordFile } from './seq-file.js';

export type MapsKind = 'maps' | 'smaps';

/**
 * /proc/PID/maps and smaps: a record per vma, made when the read comes to it, so that what is mapped or unmapped behind the reader's
 * place shows. Linux: fs/proc/task_mmu.c: m_start, m_next.
 */
export class MapsFile extends ProcRecordFile {
  private readonly mm: Mm | null;
  /** The next record is of the first vma that ends above this (seq_file.version: last_addr). */
  private at = 0;
  private end = 0;

  /** @throws ESRCH EACCES */
  constructor(
    k: Kernel,
    flags: number,
    inode: Inode,
    private readonly tid: number,
    private readonly kind: MapsKind,
  ) {
    const mm = mmToInspect(k, taskOf(k, tid));
    super(flags, inode, null);
    this.mm = mm;
  }
  protected rewind(): void {
    this.at = 0;
  }
  protected advance(): void {
    this.at = this.end;
  }
  protected record(k: Kernel): string {
    const { mm } = this;
    if (!k.pids.task(this.tid)) throw ESRCH;
    if (!mm || mm.users <= 0) return '';
    const gate = gateVma();
    const vma = findVma(mm, this.at) ?? (this.at < gate.end ? gate : undefined);
    if (!vma) return '';
    this.end = vma.end;
    return this.text(k, mm, vma);
  }
  private text(k: Kernel, mm: Mm, vma: Vma): string {
    return this.kind === 'maps' ? `${mapsLine(k, mm, vma)}\n` : smapsRecord(k, mm, vma);
  }
}
registerState('MapsFile', MapsFile);
