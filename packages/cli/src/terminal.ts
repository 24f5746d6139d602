import { fstatSync, statSync } from 'node:fs';
import { type HostStreams, type MachineEngine, StreamHandle } from '@ring3/machine/engine';
import { Output, sameOutput } from './output.js';

/** The guest's streams on this process's own: output is written at once, input is read only when the guest asks for it. */
export class ProcessStreams implements HostStreams {
  private machine: MachineEngine | null = null;
  private started = false;
  private readonly open = new Set<number>([StreamHandle.Stdout, StreamHandle.Stderr]);
  private readonly stdout: Output;
  private readonly stderr: Output;

  /**
   * @param repeatable how fast the outputs' readers are has no influence on the guest
   * @param quiet what the guest writes to stdout goes to stderr
   * @param detached what the guest writes is dropped
   */
  constructor(
    private readonly tty: boolean,
    repeatable: boolean,
    quiet = false,
    private readonly detached = false,
  ) {
    const events = {
      room: (handle: number): void => this.machine?.outputWritable(handle),
      failed: (handle: number, code: string): void => this.machine?.outputFailed(handle, code),
    };
    this.stdout = new Output(quiet ? 2 : 1, events, repeatable);
    this.stderr = quiet || sameOutput(1, 2) ? this.stdout : new Output(2, events, repeatable);
  }

  /** Connects the input side, and with a terminal puts it in raw mode. Returns what undoes it. */
  connect(machine: MachineEngine): () => void {
    this.machine = machine;
    if (!this.tty)
      return () => {
        if (this.started) process.stdin.destroy();
      };
    const { stdin, stdout } = process;
    if (stdin.isTTY) {
      stdin.setRawMode(true);
      // Node's raw mode goes on turning NL into CR NL, which full-screen programs of the guest do not expect. The way back restores it.
      process.getBuiltinModule('node:child_process').spawnSync('stty', ['-opost'], { stdio: [0, 'ignore', 'ignore'] });
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

  /** Resolves when the readers have all that the guest wrote. */
  async drained(): Promise<void> {
    await Promise.all([this.stdout.drained(), this.stderr.drained()]);
  }

  /** Forgets what the readers did not take yet. */
  drop(): void {
    this.stdout.drop();
    this.stderr.drop();
  }

  write(handle: number, bytes: Uint8Array): boolean {
    if (this.detached) return true;
    return (handle === StreamHandle.Stderr ? this.stderr : this.stdout).write(handle, bytes);
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

/** Is this descriptor of ours a terminal? node:tty, process.stdin and process.stdout take long to load, and mostly only to say no. */
export function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && !isNullDevice(fd) && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false;
  }
}

/** Is this descriptor of ours /dev/null? Then the guest gets its own, which is ready at once for whoever asks. */
export function isNullDevice(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev;
}
