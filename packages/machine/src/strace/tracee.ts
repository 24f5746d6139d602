import type { Call, Signature, Slot } from './call.js';
import type { SignalInfo } from './print/signal.js';

/** A call that has begun and not returned. */
export interface RunningCall {
  readonly call: Call;
  readonly signature: Signature;
  /** Slots that are still to be printed at the exit. */
  rest: readonly Slot[];
  /** Is it shown, as -e says? */
  readonly shown: boolean;
  /** Monotonic ns of its entry. */
  readonly start: number;
  /** ns on the CPU before the last switch away, and since when it is on the CPU again; null while it is not. */
  spent: number;
  since: number | null;
}

/** A thread that is being watched. */
export interface Tracee {
  tid: number;
  readonly tgid: number;
  running: RunningCall | null;
  /** Signals that the kernel dropped because they are ignored, while a call ran: a tracer still sees them. */
  readonly dropped: SignalInfo[];
  /** The exit line of a leader waits for its threads. */
  exitCode: number | null;
  /** For restart_syscall: which call goes on. */
  interrupted: string;
}
