import fs from 'node:fs';

/** Where output of the guest goes that has a reader of its own pace. */
export interface OutputEvents {
  /** All that was waiting is written: more is welcome for these streams. */
  room(handle: number): void;
  failed(handle: number, code: string): void;
}

const FIRST_RETRY_MS = 1;
const LONGEST_RETRY_MS = 16;

/**
 * One of this process's outputs. Bytes are written at once while the reader keeps up. When it does not, they wait here, and the guest
 * with them, while this process stays alive to signals and timeouts.
 */
export class Output {
  private readonly fd: number;
  private readonly waiting: { handle: number; bytes: Uint8Array }[] = [];
  private timer: NodeJS.Timeout | null = null;
  private delay = FIRST_RETRY_MS;
  private whenEmpty: (() => void) | null = null;

  /** @param patient wait for the reader on the spot: then its pace has no influence on the guest (a virtual clock) */
  constructor(
    fd: number,
    private readonly events: OutputEvents,
    private readonly patient: boolean,
  ) {
    this.fd = patient ? fd : withoutBlocking(fd);
  }

  /** Takes all; false when the guest shall wait for `room`. */
  write(handle: number, bytes: Uint8Array): boolean {
    const done = this.waiting.length === 0 ? this.attempt(handle, bytes) : 0;
    if (done === bytes.length) return true;
    this.waiting.push({ handle, bytes: bytes.slice(done) });
    this.later();
    return false;
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    if (this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenEmpty = resolve;
    });
  }

  /** Forgets what waits. */
  drop(): void {
    this.waiting.length = 0;
    this.later();
  }

  /** Writes what the reader takes now; how much is settled: after an error all of it. */
  private attempt(handle: number, bytes: Uint8Array): number {
    for (let done = 0; done < bytes.length;) {
      try {
        done += fs.writeSync(this.fd, bytes, done);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN') {
          this.events.failed(handle, code ?? 'EIO');
          return bytes.length;
        }
        if (!this.patient) return done;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FIRST_RETRY_MS);
      }
    }
    return bytes.length;
  }

  private later(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.retry();
    }, this.delay);
  }

  private retry(): void {
    const handles = new Set<number>();
    for (let next = this.waiting[0]; next; next = this.waiting[0]) {
      const done = this.attempt(next.handle, next.bytes);
      this.delay = done > 0 ? FIRST_RETRY_MS : Math.min(LONGEST_RETRY_MS, this.delay * 2);
      if (done < next.bytes.length) {
        next.bytes = next.bytes.subarray(done);
        this.later();
        return;
      }
      handles.add(next.handle);
      this.waiting.shift();
    }
    for (const handle of handles) this.events.room(handle);
    this.whenEmpty?.();
    this.whenEmpty = null;
  }
}

/** Do both lead to the same file or pipe? Then the order of writes to them must stay. */
export function sameOutput(a: number, b: number): boolean {
  try {
    const [first, second] = [fs.fstatSync(a), fs.fstatSync(b)];
    return first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false;
  }
}

/** A pipe opened anew, so that not blocking here changes nothing for others who hold it. */
function withoutBlocking(fd: number): number {
  try {
    if (!fs.fstatSync(fd).isFIFO()) return fd;
    return fs.openSync(`/proc/self/fd/${fd}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}
