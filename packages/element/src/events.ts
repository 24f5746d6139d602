import type { Exit, MachineErrorId, MachineStats, Progress } from '@ring3/machine';
import type { TraceRecord } from '@ring3/machine/protocol';

/** What a <ring3-machine> is doing. */
export type MachineElementState = 'idle' | 'loading' | 'running' | 'paused' | 'exited' | 'error';

export interface StateChangeDetail {
  state: MachineElementState;
  previous: MachineElementState;
}

/** The program can be started, or has been (autorun). */
export interface ReadyDetail {
  /** Milliseconds that loading and booting took. */
  bootTime: number;
  mode: 'worker' | 'inline';
}

export interface OutputDetail {
  data: Uint8Array;
}

export interface ExitDetail {
  code: number | null;
  signal: string | null;
  stats: MachineStats;
  limit?: Exit['limit'];
}

export interface ErrorDetail {
  id: MachineErrorId;
  message: string;
  /** What the page's author can do. */
  help: string;
}

export interface RecordsDetail {
  records: TraceRecord[];
}

export interface Ring3EventMap {
  'ring3-progress': CustomEvent<Progress>;
  'ring3-ready': CustomEvent<ReadyDetail>;
  'ring3-statechange': CustomEvent<StateChangeDetail>;
  'ring3-stage': CustomEvent<TraceRecord>;
  'ring3-stdout': CustomEvent<OutputDetail>;
  'ring3-stderr': CustomEvent<OutputDetail>;
  'ring3-exit': CustomEvent<ExitDetail>;
  'ring3-error': CustomEvent<ErrorDetail>;
  'ring3-fault': CustomEvent<RecordsDetail>;
  'ring3-syscall': CustomEvent<RecordsDetail>;
  'ring3-signal': CustomEvent<RecordsDetail>;
}

export function dispatch<K extends keyof Ring3EventMap>(
  target: EventTarget,
  type: K,
  detail: Ring3EventMap[K] extends CustomEvent<infer D> ? D : never,
): void {
  target.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
}
