import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { type HostStreams, type Machine, StreamHandle } from '@ring3/machine';

/** The guest's streams on this process's own: output is written at once, input is read only when the guest asks for it. */
export class ProcessStreams implements HostStreams {
  private machine: Machine | null = null;
  private started = false;
  private readonly open = new Set<number>([StreamHandle.Stdout, StreamHandle.Stderr]);

  constructor(private readonly tty: boolean) {}

  /** Connects the input side, and with a terminal puts it in raw mode. Returns what undoes it. */
  connect(machine: Machine): () => void {
    this.machine = machine;
    if (!this.tty) return () => process.stdin.destroy();
    const { stdin, stdout } = process;
    if (stdin.isTTY) {
      stdin.setRawMode(true);
      // Node's raw mode goes on turning NL into CR NL, which full-screen programs of the guest do not expect. The way back restores it.
      spawnSync('stty', ['-opost'], { stdio: [0, 'ignore', 'ignore'] });
    }
    const resize = (): void => machine.resize(stdout.columns ?? 80, stdout.rows ?? 24);
    stdout.on('resize', resize);
    this.start(StreamHandle.Console);
    return () => {
      stdout.off('resize', resize);
      if (stdin.isTTY) stdin.setRawMode(false);
      stdin.destroy();
    };
  }

  /** No process of the guest can write to stdout or stderr any more. */
  get outputClosed(): boolean {
    return this.open.size === 0;
  }

  write(handle: number, bytes: Uint8Array): boolean {
    writeAll(handle === StreamHandle.Stderr ? 2 : 1, bytes);
    return true;
  }

  wanted(handle: number): void {
    if (!this.tty) this.start(handle);
    process.stdin.resume();
  }

  consumed(): void {}

  closed(handle: number): void {
    this.open.delete(handle);
  }

  private start(handle: number): void {
    if (this.started) return;
    this.started = true;
    const { stdin } = process;
    stdin.on('data', (chunk: Buffer) => {
      // One chunk at a time: the next is read when the guest wants it. A terminal is always listened to, for ^C.
      if (!this.tty) stdin.pause();
      this.machine?.input(handle, chunk);
    });
    const end = (): void => this.machine?.inputEnd(handle);
    stdin.on('end', end);
    stdin.on('error', end);
  }
}

/** Node may have made a pipe non-blocking: then a full one answers EAGAIN, and waiting a little is all there is to do. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (code === 'EPIPE') process.exit(128 + 13);
      else throw error;
    }
  }
}
