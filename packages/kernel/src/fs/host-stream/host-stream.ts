import { registerState } from '../../state.js';
import { EAGAIN, ENOTTY, type Errno } from '../../errno.js';
import { hostErrno } from '../hostfs/host-call.js';
import type { IoIter } from '../../io/io-iter.js';
import type { Kernel } from '../../kernel.js';
import { putU32 } from '../../mm/uaccess.js';
import { WaitQueue } from '../../sched/wait-queue.js';
import { File } from '../../vfs/file.js';
import { Inode } from '../../vfs/inode.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { O, Poll, S, Tio } from '@ring3/abi';

/** Bytes of output handed to the host at a time. */
const OUTPUT_CHUNK = 65536;

/**
 * A pipe whose other end is outside the machine. Input waits here until the guest reads it; output goes to Platform.streamWrite,
 * which says when its reader's window is full.
 */
export class HostStream {
  readonly queue = new WaitQueue();
  readonly input: Uint8Array[] = [];
  ended = false;
  /** The host was asked for input and has not answered yet. */
  wanted = false;
  /** The reader's window outside is full; the host says when there is room. */
  full = false;
  /** What the host's last write failed with: the guest's next write(2) throws it (EPIPE: the reader is gone). */
  error: Errno | null = null;
  files = 0;
  constructor(readonly handle: number) {}

  /** Somebody sleeps until the host gives input. */
  get awaited(): boolean {
    return this.wanted && !this.ended && this.queue.waiters.length > 0;
  }
}
registerState('HostStream', HostStream);

/** The pseudo file system that host streams live in; the guest sees their files as pipes. */
class HostStreamSuperBlock extends SuperBlock {
  readonly streams = new Map<number, HostStream>();

  get awaited(): boolean {
    for (const stream of this.streams.values()) if (stream.awaited) return true;
    return false;
  }
  statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('HostStreamSuperBlock', HostStreamSuperBlock);

class HostStreamInode extends Inode {
  constructor(
    sb: SuperBlock,
    ino: number,
    readonly stream: HostStream,
  ) {
    super(sb, ino, S.IFIFO | 0o600);
  }
  override setattr(): void {}
  open(_k: Kernel, flags: number): File {
    return new HostStreamFile(flags, this);
  }
}
registerState('HostStreamInode', HostStreamInode);

export class HostStreamFile extends File {
  private readonly stream: HostStream;
  constructor(flags: number, inode: HostStreamInode) {
    super(flags, inode, null);
    this.stream = inode.stream;
    this.stream.files++;
  }
  override get name(): string {
    return `pipe:[${this.inode.ino}]`;
  }
  override get writesFully(): boolean {
    return true;
  }
  override get supportsAsync(): boolean {
    return true;
  }

  override read(k: Kernel, iter: IoIter): number {
    const { stream } = this;
    const before = iter.done;
    for (let chunk = stream.input[0]; chunk && iter.remaining > 0; chunk = stream.input[0]) {
      const moved = iter.put(k, chunk);
      if (moved === chunk.length) stream.input.shift();
      else stream.input[0] = chunk.subarray(moved);
      if (moved === 0) break;
    }
    const done = iter.done - before;
    if (done > 0) {
      k.platform.streamConsumed(stream.handle, done);
      return done;
    }
    if (stream.ended || iter.remaining === 0) return 0;
    this.want(k);
    throw EAGAIN;
  }

  private want(k: Kernel): void {
    if (this.stream.wanted) return;
    this.stream.wanted = true;
    k.platform.streamWanted(this.stream.handle);
  }

  override write(k: Kernel, iter: IoIter): number {
    const buffer = new Uint8Array(Math.min(iter.remaining, OUTPUT_CHUNK));
    let done = 0;
    while (iter.remaining > 0 && !this.stream.full && !this.stream.error) {
      const n = iter.take(k, buffer.length > iter.remaining ? buffer.subarray(0, iter.remaining) : buffer);
      if (n === 0) break;
      this.stream.full = !k.platform.streamWrite(this.stream.handle, buffer.subarray(0, n));
      if (!this.stream.error) done += n;
    }
    if (done === 0) this.throwError();
    if (done === 0 && this.stream.full) throw EAGAIN;
    return done;
  }

  /** Once: whether it lasts, the host's next write tells. */
  private throwError(): void {
    const { error } = this.stream;
    this.stream.error = null;
    if (error) throw error;
  }

  override poll(k: Kernel): number {
    if (!this.readable && this.stream.error) return Poll.ERR | Poll.OUT | Poll.WRNORM;
    if (!this.readable) return this.stream.full ? 0 : Poll.OUT | Poll.WRNORM;
    if (this.stream.input.length > 0) return Poll.IN | Poll.RDNORM;
    if (this.stream.ended) return Poll.HUP;
    this.want(k);
    return 0;
  }
  /** pipe_ioctl: how many bytes wait to be read. */
  override ioctl(k: Kernel, request: number, arg: number): number {
    if (request !== Tio.FIONREAD) throw ENOTTY;
    putU32(
      k,
      arg,
      this.stream.input.reduce((sum, chunk) => sum + chunk.length, 0),
    );
    return 0;
  }
  override waitQueue(): WaitQueue {
    return this.stream.queue;
  }
  override release(k: Kernel): void {
    if (--this.stream.files > 0) return;
    k.hostStreams?.streams.delete(this.stream.handle);
    k.platform.streamClosed(this.stream.handle);
  }
}
registerState('HostStreamFile', HostStreamFile);

function streamFile(k: Kernel, handle: number, flags: number): File {
  k.hostStreams ??= new HostStreamSuperBlock(k.nextId.dev++, 'pipefs', 'none', 0x50495045);
  const sb = k.hostStreams;
  let stream = sb.streams.get(handle);
  if (!stream) sb.streams.set(handle, (stream = new HostStream(handle)));
  return new HostStreamFile(flags, new HostStreamInode(sb, k.nextId.ino++, stream));
}

/** The guest's reading end of a stream that the host feeds by hostInput. */
export function createHostInput(k: Kernel, handle: number): File {
  return streamFile(k, handle, O.RDONLY);
}

/** The guest's writing end of a stream that the host takes from. */
export function createHostOutput(k: Kernel, handle: number): File {
  return streamFile(k, handle, O.WRONLY);
}

/** Bytes came from outside. */
export function hostInput(k: Kernel, handle: number, bytes: Uint8Array): void {
  const stream = k.hostStreams?.streams.get(handle);
  if (!stream) return;
  stream.wanted = false;
  stream.input.push(bytes.slice());
  stream.queue.wake(k);
}

/** The source outside has ended: reads give 0 once the buffer is empty. */
export function hostInputEnd(k: Kernel, handle: number): void {
  const stream = k.hostStreams?.streams.get(handle);
  if (!stream) return;
  stream.ended = true;
  stream.queue.wake(k);
}

/** The reader outside has room again. */
export function hostOutputWritable(k: Kernel, handle: number): void {
  const stream = k.hostStreams?.streams.get(handle);
  if (!stream) return;
  stream.full = false;
  stream.queue.wake(k);
}

/** A write to the host failed with `code` ('EPIPE', 'ENOSPC'); called from Platform.streamWrite, or later for bytes that it took. */
export function hostOutputFailed(k: Kernel, handle: number, code: string): void {
  const stream = k.hostStreams?.streams.get(handle);
  if (!stream) return;
  stream.error = hostErrno(code);
  stream.full = false;
  stream.queue.wake(k);
}

export type { HostStreamSuperBlock };
