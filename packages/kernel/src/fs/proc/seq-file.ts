import { PageSize, Seek } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { IoIter } from '../../io/io-iter.js';
import { EINVAL, Errno } from '../../errno.js';
import { registerState } from '../../state.js';
import { File } from '../../vfs/file.js';
import type { ProcTextInode } from './proc-inode.js';

/** fs/seq_file.c: text that is made while it is read. A position means a byte of the text as it is now. */

export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** seq_lseek: from the start or from here. @throws EINVAL */
export function seqSeek(file: File, offset: number, whence: number): number {
  const pos = whence === Seek.SET ? offset : whence === Seek.CUR ? file.pos + offset : -1;
  if (pos < 0) throw EINVAL;
  return (file.pos = pos);
}

/** One text as a whole (single_open): a read that goes on where the last one ended sees that one's text, any other makes it anew. */
export class ProcTextFile extends File {
  private content: Uint8Array | null = null;
  /** Where the last read ended (seq_file.read_pos). */
  private readPos = 0;

  override get seekable(): boolean {
    return true;
  }
  override read(k: Kernel, iter: IoIter, pos: number): number {
    if (pos === 0 || pos !== this.readPos || !this.content) this.content = latin1Bytes((this.inode as ProcTextInode).text(k));
    const n = pos < this.content.length ? iter.put(k, this.content.subarray(pos, pos + iter.remaining)) : 0;
    this.readPos = pos + n;
    return n;
  }
  /** What is written at once is one command, a page at most. */
  override write(k: Kernel, iter: IoIter, pos: number): number {
    const bytes = new Uint8Array(Math.min(iter.remaining, PageSize.Bytes));
    const n = iter.take(k, bytes);
    (this.inode as ProcTextInode).writeText(k, latin1(bytes.subarray(0, n)), pos);
    return n;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    return seqSeek(this, offset, whence);
  }
}
registerState('ProcTextFile', ProcTextFile);

/** Bytes that one read of a file of records gives at most, unless one record is longer (seq_file.size). */
const BUFFER = PageSize.Bytes;

/** Records made one by one, from where the last read left off, as the thing described changes meanwhile. */
export abstract class ProcRecordFile extends File {
  /** Made, but not read yet. */
  private rest: Uint8Array = new Uint8Array(0);
  private readPos = 0;

  /** Starts again at the first record. */
  protected abstract rewind(): void;
  /** The next record; '' at the end. It counts as made once `advance` is called. @throws ESRCH */
  protected abstract record(k: Kernel): string;
  protected abstract advance(): void;

  override get seekable(): boolean {
    return true;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    return seqSeek(this, offset, whence);
  }
  override read(k: Kernel, iter: IoIter, pos: number): number {
    if (pos === 0 || pos !== this.readPos) this.traverse(k, pos);
    // What is made stays in `rest` until it is taken: a read that has to wait for the reader's page comes here again.
    if (this.rest.length < iter.remaining) this.rest = joined(this.rest, this.fill(k, iter.remaining - this.rest.length));
    const n = this.rest.length === 0 ? 0 : iter.put(k, this.rest.subarray(0, iter.remaining));
    this.rest = this.rest.subarray(n);
    this.readPos = pos + n;
    return n;
  }
  /** One record at least, then more as long as they are wanted and fit into the buffer. An error shows once all before it is read. */
  private fill(k: Kernel, wanted: number): Uint8Array {
    let text = '';
    try {
      text = this.next(k);
      while (text !== '' && text.length < wanted) {
        const more = this.record(k);
        if (more === '' || text.length + more.length >= BUFFER) break;
        text += more;
        this.advance();
      }
    } catch (error) {
      if (!(error instanceof Errno) || (this.rest.length === 0 && text === '')) throw error;
    }
    return latin1Bytes(text);
  }
  /** Makes records up to the one that holds the byte at `pos`. */
  private traverse(k: Kernel, pos: number): void {
    this.rewind();
    this.rest = new Uint8Array(0);
    for (let at = 0; at < pos;) {
      const text = this.next(k);
      if (text === '') return;
      if (at + text.length > pos) this.rest = latin1Bytes(text.slice(pos - at));
      at += text.length;
    }
  }
  private next(k: Kernel): string {
    const text = this.record(k);
    if (text !== '') this.advance();
    return text;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
