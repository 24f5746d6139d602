import { PageSize } from '@ring3/abi';
import { type Rusage, signalName, signalNumber } from '@ring3/kernel';
import { type ExitStatus, MachineError, type ProcessStats } from './options.js';

/** A process that the embedder spawned. */
export class GuestProcess {
  /** Resolves once the process has ended; never rejects for what the guest does. */
  readonly exited: Promise<ExitStatus>;
  private resolve!: (status: ExitStatus) => void;

  constructor(
    readonly pid: number,
    private readonly send: (signo: number, toGroup: boolean) => void,
  ) {
    this.exited = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Sends a signal, by name or number, as kill(2) from outside the guest. @throws MachineError bad-option: there is no such signal */
  kill(signal: string | number = 'SIGTERM'): void {
    this.send(GuestProcess.number(signal), false);
  }

  /** The same for the process group that it leads: what ^C of a terminal does. */
  killGroup(signal: string | number): void {
    this.send(GuestProcess.number(signal), true);
  }

  static number(signal: string | number): number {
    const signo = typeof signal === 'number' ? signal : signalNumber(signal);
    if (signo === undefined || !Number.isInteger(signo) || signo < 1 || signo > 64)
      throw new MachineError('bad-option', `there is no signal ${signal}`);
    return signo;
  }

  /** Called by the machine with the wait status that it left (exit status << 8, or the signal's number). */
  settle(waitStatus: number, usage: Rusage, limit: ExitStatus['limit']): void {
    const number = waitStatus & 0x7f;
    const rest = { ...(limit ? { limit } : {}), stats: processStats(usage) };
    if (number === 0) this.resolve({ code: (waitStatus >> 8) & 0xff, signal: null, signalNumber: 0, ...rest });
    else this.resolve({ code: null, signal: signalName(number), signalNumber: number, ...rest });
  }
}

function processStats({ instructions, utime, stime, maxRss, minFlt, majFlt, nvcsw, nivcsw }: Rusage): ProcessStats {
  return {
    instructions,
    userSeconds: utime / 1e9,
    systemSeconds: stime / 1e9,
    maxRssBytes: maxRss * PageSize.Bytes,
    minorFaults: minFlt,
    majorFaults: majFlt,
    voluntarySwitches: nvcsw,
    involuntarySwitches: nivcsw,
  };
}
