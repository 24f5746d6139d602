/**
 * What a machine is doing:
 *
 *   booting ─▶ ready ─▶ running ⇄ idle ─▶ exited ─(spawn)─▶ running
 *                          └─▶ paused ─▶ …        any ─▶ closed, failed
 */
export type MachineState =
  /** Its parts are being loaded. */
  | 'booting'
  /** Nothing has been started in it yet. */
  | 'ready'
  /** A process runs, or has only just begun to wait. */
  | 'running'
  /** It stands between two instructions. */
  | 'paused'
  /** Every process sleeps: for input, for a time, for a reader of its output. */
  | 'idle'
  /** Every process has ended, or a limit has ended them; in the first case more can be started. */
  | 'exited'
  | 'closed'
  | 'failed';

/** What is known of a machine, of which its state follows. */
export class StateFacts {
  booted = false;
  /** A process was started, ever. */
  used = false;
  /** Processes that were spawned and live. */
  processes = 0;
  paused = false;
  idle = false;
  /** A limit has ended it. */
  ended = false;
  over: 'closed' | 'failed' | null = null;

  get state(): MachineState {
    if (this.over) return this.over;
    if (!this.booted) return 'booting';
    if (this.ended) return 'exited';
    if (this.paused) return 'paused';
    if (this.processes > 0) return this.idle ? 'idle' : 'running';
    return this.used ? 'exited' : 'ready';
  }
}
