import type { Exit, MachineErrorId, Progress } from '@ring3/machine';
import type { LimitName, Stop, TraceRecord } from '@ring3/machine/protocol';

/** What a <ring3-machine> is doing. */
export type MachineElementState = 'idle' | 'loading' | 'running' | 'paused' | 'exited' | 'error';

/** What is being loaded, and how far it is. */
export type ProgressDetail = Progress;

/** The state is another, or it is paused elsewhere than before (a step). */
export interface StateChangeDetail {
  state: MachineElementState;
  previous: MachineElementState;
  /** Where it stands, and why, while it is paused. */
  stop: Stop | null;
}

/** The machine has booted; the program is started next. */
export interface ReadyDetail {
  /** Milliseconds that loading and booting took. */
  bootTime: number;
  mode: 'worker' | 'inline';
  /** What the machine has not in this page, in sentences. */
  lost: readonly string[];
}

/** A stage of execve, as its tracepoint tells it. */
export interface StageDetail extends TraceRecord {
  /** Linux's name of it: 'load_elf_binary'. */
  stage: string;
}

export interface OutputDetail {
  data: Uint8Array;
}

export interface ExitDetail {
  /** Exit status, or null where a signal ended it. */
  code: number | null;
  /** 'SIGSEGV' …, or null. */
  signal: string | null;
  /** What it used: instructions, time, memory, faults. */
  stats: Exit['stats'];
  /** The limit that ended it, where one did. */
  limit?: LimitName;
}

export interface ErrorDetail {
  id: MachineErrorId;
  message: string;
  /** What the page's author can do; '' where there is nothing to say. */
  help: string;
  /** Did it end the run? Otherwise the program goes on (a file of an image did not come, `pause-at` has a word that is none). */
  fatal?: boolean;
}

/** What was told during one frame of the page. */
export interface RecordsDetail {
  records: TraceRecord[];
}

/** Bytes of an ELF file have been chosen in a <ring3-elf>. */
export interface SelectDetail {
  /** 'e_entry', '.text', 'main'. */
  label: string;
  /** Bytes from the start of the file. */
  start: number;
  size: number;
}

/** The events of a <ring3-machine>: they bubble, and cross shadow roots. */
export interface Ring3EventMap {
  'ring3-progress': CustomEvent<ProgressDetail>;
  'ring3-ready': CustomEvent<ReadyDetail>;
  'ring3-statechange': CustomEvent<StateChangeDetail>;
  'ring3-stage': CustomEvent<StageDetail>;
  'ring3-stdout': CustomEvent<OutputDetail>;
  'ring3-stderr': CustomEvent<OutputDetail>;
  'ring3-exit': CustomEvent<ExitDetail>;
  'ring3-error': CustomEvent<ErrorDetail>;
  'ring3-fault': CustomEvent<RecordsDetail>;
  'ring3-syscall': CustomEvent<RecordsDetail>;
  'ring3-signal': CustomEvent<RecordsDetail>;
  'ring3-select': CustomEvent<SelectDetail>;
}

export type Ring3Detail<K extends keyof Ring3EventMap> = Ring3EventMap[K] extends CustomEvent<infer D> ? D : never;

export function dispatch<K extends keyof Ring3EventMap>(target: EventTarget, type: K, detail: Ring3Detail<K>): void {
  target.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
}

/** How a program ended, in words. */
export function describeExit({ code, signal, limit }: Pick<Exit, 'code' | 'signal' | 'limit'>): string {
  if (limit) return `ended by its limit of ${limitWords[limit]}`;
  return signal === null ? `exited with ${code}` : `killed by ${signal}`;
}

const limitWords: Readonly<Record<LimitName, string>> = {
  memory: 'memory',
  instructions: 'instructions',
  wallTime: 'time',
  processes: 'processes',
  openFiles: 'open files',
  outputBytes: 'output',
};

declare global {
  interface HTMLElementEventMap extends Ring3EventMap {}
}
