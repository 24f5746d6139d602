import { SignalNames, type Task } from '@ring3/kernel';
import type { ExitStatus } from './options.js';

/** A process that the embedder spawned. */
export class GuestProcess {
  /** Resolves once the process has ended; never rejects for what the guest does. */
  readonly exited: Promise<ExitStatus>;
  private resolve!: (status: ExitStatus) => void;

  constructor(
    readonly pid: number,
    private readonly task: Task,
    private readonly send: (signo: number) => void,
  ) {
    this.exited = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Sends a signal, by name or number, as kill(2) from outside the guest. @throws RangeError for a signal that is not there */
  kill(signal: string | number = 'SIGTERM'): void {
    const signo = typeof signal === 'number' ? signal : SignalNames.indexOf(signal);
    if (signo < 1 || signo > 64) throw new RangeError(`no signal ${signal}`);
    this.send(signo);
  }

  /** Called by the machine between slices: has it ended? */
  settle(limit?: ExitStatus['limit']): boolean {
    if (this.task.exitCodeOfProcess === null) return false;
    this.resolve(exitStatus(this.task.exitCodeOfProcess, limit));
    return true;
  }
}

/** From the wait status that exit leaves (exit code << 8 | signal | 0x80 core). */
function exitStatus(waitStatus: number, limit: ExitStatus['limit']): ExitStatus {
  const signalNumber = waitStatus & 0x7f;
  const why = limit ? { limit } : {};
  if (signalNumber === 0) return { code: (waitStatus >> 8) & 0xff, signal: null, signalNumber, ...why };
  return { code: null, signal: SignalNames[signalNumber] ?? `SIG${signalNumber}`, signalNumber, ...why };
}
