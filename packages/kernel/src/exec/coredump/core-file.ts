import type { Kernel } from '../../kernel.js';
import { Errno } from '../../errno.js';
import { KernelIter } from '../../io/kernel-iter.js';
import type { SigInfo } from '../../signal/signal-struct.js';
import { doTruncate } from '../../vfs/attr.js';
import type { File } from '../../vfs/file.js';
import { writeAt } from '../../vfs/read-write.js';
import type { CoreThread } from './thread-state.js';

/** struct coredump_params: what is dumped, and the file it goes to. Lives only during the dump. */
export class CoredumpParams {
  /** Bytes written, holes apart: what RLIMIT_CORE limits. */
  private written = 0;
  pos = 0;
  constructor(
    readonly info: SigInfo,
    /** The dumping thread first. */
    readonly threads: readonly CoreThread[],
    private readonly file: File,
    /** Bytes; Infinity: none. */
    private readonly limit: number,
    /** CoredumpFilter bits. */
    readonly filter: number,
  ) {}

  /** Writes all, or nothing where the limit would be passed; false: the dump ends here. Linux: dump_emit. */
  emit(k: Kernel, bytes: Uint8Array): boolean {
    if (this.written + bytes.length > this.limit) return false;
    const iter = new KernelIter(bytes);
    try {
      while (iter.remaining > 0) {
        const n = writeAt(k, this.file, iter, this.pos);
        if (n <= 0) return false;
        this.pos += n;
        this.written += n;
      }
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return false;
    }
    return true;
  }

  /** Leaves a hole. Linux: dump_skip */
  skip(length: number): void {
    this.pos += length;
  }

  /** A hole at the end counts as part of the file. Linux: dump_truncate */
  truncate(k: Kernel): void {
    const { inode } = this.file;
    if (inode.size >= this.pos) return;
    try {
      doTruncate(k, inode, this.pos, k.current.cred);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}
