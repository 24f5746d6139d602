import type { ExitRecord } from '../protocol.js';
import { awaitExit, type Exit, type ProcessStreams, withOutput } from './process.js';

interface Running {
  resolve(exit: Exit): void;
  reject(error: unknown): void;
  streams: ProcessStreams;
}

/** Processes that were spawned and have not ended. */
export class ProcessTable {
  private readonly running = new Map<number, Running>();
  /** Exits that came before their spawn's answer: the two come on different ports. */
  private readonly early = new Map<number, ExitRecord>();

  constructor(private readonly onExit: (pid: number, exit: Exit) => void) {}

  get size(): number {
    return this.running.size;
  }

  /** @returns how it will have ended */
  add(pid: number, streams: ProcessStreams): Promise<Exit> {
    const exited = new Promise<Exit>((resolve, reject) => this.running.set(pid, { resolve, reject, streams }));
    // Who does not wait for it is told by close() and the streams.
    exited.catch(() => {});
    const exit = this.early.get(pid);
    if (exit) {
      this.early.delete(pid);
      this.exit(pid, exit);
    }
    return exited;
  }

  has(pid: number): boolean {
    return this.running.has(pid);
  }

  exit(pid: number, record: ExitRecord): void {
    const process = this.running.get(pid);
    if (!process) {
      this.early.set(pid, record);
      return;
    }
    this.running.delete(pid);
    const exit = withOutput(record, process.streams);
    process.resolve(exit);
    this.onExit(pid, exit);
  }

  /** Somebody waits for the end of every process. */
  awaitExits(): void {
    for (const { streams } of this.running.values()) awaitExit(streams);
  }

  end(why: unknown): void {
    for (const process of this.running.values()) process.reject(why);
    this.running.clear();
  }
}
