import type { MachineError } from '../engine/options.js';
import type { Progress, Stop } from '../protocol.js';
import type { MachineState } from './machine-state.js';
import type { Exit } from './process.js';

export interface StateChange {
  state: MachineState;
  previous: MachineState;
}

export interface ProcessExit {
  pid: number;
  exit: Exit;
}

/** What a Machine tells by itself, by name. */
export interface MachineEventMap {
  /** Something is being loaded. Only while it boots: to be had by the option onProgress. */
  progress: Progress;
  statechange: StateChange;
  /** It has paused by itself (setStops). */
  stop: Stop;
  /** Something from outside did not come, and the guest has had an I/O error for it. */
  warning: MachineError;
  /** A process that was spawned has ended. */
  exit: ProcessExit;
  /** The machine itself has failed: nothing goes on. */
  error: MachineError;
}

export type MachineListener<K extends keyof MachineEventMap> = (event: MachineEventMap[K]) => void;

/** Listeners by event. One that throws disturbs no other: its error is reported as uncaught, as for a DOM event. */
export class Emitter {
  private readonly listeners = new Map<keyof MachineEventMap, Set<(event: never) => void>>();

  on<K extends keyof MachineEventMap>(type: K, listener: MachineListener<K>): void {
    let listeners = this.listeners.get(type);
    if (!listeners) this.listeners.set(type, (listeners = new Set()));
    listeners.add(listener);
  }

  off<K extends keyof MachineEventMap>(type: K, listener: MachineListener<K>): void {
    this.listeners.get(type)?.delete(listener);
  }

  has(type: keyof MachineEventMap): boolean {
    return (this.listeners.get(type)?.size ?? 0) > 0;
  }

  emit<K extends keyof MachineEventMap>(type: K, event: MachineEventMap[K]): void {
    for (const listener of [...(this.listeners.get(type) ?? [])]) {
      try {
        (listener as MachineListener<K>)(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
