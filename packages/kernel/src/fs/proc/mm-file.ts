import { PageSize, Seek } from '@ring3/abi';
import { EINVAL, EIO } from '../../errno.js';
import type { IoIter } from '../../io/io-iter.js';
import type { Kernel } from '../../kernel.js';
import type { Mm } from '../../mm/mm.js';
import { readRemote, writeRemote } from '../../mm/remote-access.js';
import { registerState } from '../../state.js';
import { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';
import { mmToInspect, taskOf } from './access.js';

/**
 * A file on the address space that its task had when it was opened (fs/proc/base.c: proc_mem_open). After an exec or exit that address
 * space is gone, and reads find nothing: another program's memory is never seen.
 */
export abstract class MmFile extends File {
  readonly mm: Mm | null;
  /** @throws ESRCH EACCES */
  constructor(k: Kernel, flags: number, inode: Inode, tid: number) {
    const mm = mmToInspect(k, taskOf(k, tid));
    super(flags, inode, null);
    this.mm = mm;
  }
  /** mmget_not_zero */
  protected get liveMm(): Mm | null {
    return this.mm && this.mm.users > 0 ? this.mm : null;
  }
  override get seekable(): boolean {
    return true;
  }
  /** mem_lseek. @throws EINVAL */
  override llseek(_k: Kernel, offset: number, whence: number): number {
    if (whence !== Seek.SET && whence !== Seek.CUR) throw EINVAL;
    return (this.pos = whence === Seek.SET ? offset : this.pos + offset);
  }
}

/** Bytes that one step moves. */
const STEP = 16 * PageSize.Bytes;

/** /proc/PID/mem: memory at its addresses. Protections of the program do not bind the reader (FOLL_FORCE). Linux: mem_rw. */
export class MemFile extends MmFile {
  override get hasUnsignedOffsets(): boolean {
    return true;
  }
  /** @throws EIO nothing is there */
  override read(k: Kernel, iter: IoIter, pos: number): number {
    const mm = this.liveMm;
    if (!mm) return 0;
    // The kernel's half: nothing of the program is there.
    if (pos < 0 && iter.remaining > 0) throw EIO;
    let done = 0;
    while (iter.remaining > 0) {
      const wanted = Math.min(iter.remaining, STEP);
      const bytes = readRemote(k, mm, pos + done, wanted);
      if (bytes.length === 0 && done === 0) throw EIO;
      const n = bytes.length === 0 ? 0 : iter.put(k, bytes);
      done += n;
      if (n < wanted) break;
    }
    return done;
  }
  /** @throws EIO */
  override write(k: Kernel, iter: IoIter, pos: number): number {
    const mm = this.liveMm;
    if (!mm) return 0;
    // The kernel's half: nothing of the program is there.
    if (pos < 0 && iter.remaining > 0) throw EIO;
    let done = 0;
    while (iter.remaining > 0) {
      const bytes = new Uint8Array(Math.min(iter.remaining, STEP));
      const taken = iter.take(k, bytes);
      const n = writeRemote(k, mm, pos + done, bytes.subarray(0, taken));
      if (n === 0 && done === 0) throw EIO;
      done += n;
      if (n < bytes.length) break;
    }
    return done;
  }
}
registerState('MemFile', MemFile);

/** generic_file_llseek, simple_read_from_buffer for files that say their size is 0. */
function seekFromEnd(file: File, offset: number, whence: number): number {
  const pos = whence === Seek.CUR ? file.pos + offset : offset;
  if (whence > Seek.END || pos < 0) throw EINVAL;
  return (file.pos = pos);
}

/** /proc/PID/environ: the environment's place on the stack, whatever is there now. Linux: environ_read. */
export class EnvironFile extends MmFile {
  override llseek(_k: Kernel, offset: number, whence: number): number {
    return seekFromEnd(this, offset, whence);
  }
  override read(k: Kernel, iter: IoIter, pos: number): number {
    const mm = this.liveMm;
    if (!mm || mm.envEnd === 0) return 0;
    const length = Math.min(iter.remaining, mm.envEnd - mm.envStart - pos);
    if (length <= 0) return 0;
    const bytes = readRemote(k, mm, mm.envStart + pos, length);
    if (bytes.length === 0) throw EIO;
    return iter.put(k, bytes);
  }
}
registerState('EnvironFile', EnvironFile);

/** /proc/PID/auxv: pairs of 64-bit words as exec saved them, with the closing AT_NULL. Linux: auxv_read. */
export class AuxvFile extends MmFile {
  override read(k: Kernel, iter: IoIter, pos: number): number {
    const { mm } = this;
    if (!mm) return 0;
    const bytes = auxvBytes(mm);
    return pos < bytes.length ? iter.put(k, bytes.subarray(pos, pos + iter.remaining)) : 0;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    return seekFromEnd(this, offset, whence);
  }
}
registerState('AuxvFile', AuxvFile);

function auxvBytes(mm: Mm): Uint8Array {
  const bytes = new Uint8Array(mm.auxv.length * 16);
  const view = new DataView(bytes.buffer);
  mm.auxv.flat().forEach((word, i) => {
    view.setUint32(i * 8, word % 0x1_0000_0000, true);
    view.setUint32(i * 8 + 4, Math.floor(word / 0x1_0000_0000), true);
  });
  return bytes;
}
