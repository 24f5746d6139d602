import type { TraceEventName } from '@ring3/kernel';
import { eventSources } from './catalogue/sources.js';

/** The stages of one execve that are open: which called which. */
export class ExecNesting {
  private readonly open: TraceEventName[] = [];

  /** A stage begins; those that do not contain it end. Returns how many ended, and how deep it lies. */
  enter(event: TraceEventName): { ended: number; depth: number } {
    const within = eventSources[event].within ?? [];
    let ended = 0;
    while (this.open.length > 0 && !within.includes(this.open[this.open.length - 1]!)) {
      this.open.pop();
      ended++;
    }
    const depth = this.open.length;
    // The answer of a format ends the search that asked it.
    if (event === 'exec:load_binary') this.open.pop();
    else this.open.push(event);
    return { ended, depth };
  }
}
