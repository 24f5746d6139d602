import type { MachineElementState } from './events.js';

const names: readonly MachineElementState[] = ['idle', 'loading', 'running', 'paused', 'exited', 'error'];

/** The state as a custom state, for `:state(running)`. Does nothing where a browser has none. */
export class CustomStates {
  private readonly set: CustomStateSet | null;

  constructor(element: HTMLElement) {
    const internals = typeof element.attachInternals === 'function' ? element.attachInternals() : null;
    this.set = (internals as { states?: CustomStateSet } | null)?.states ?? null;
  }

  show(state: MachineElementState): void {
    for (const name of names) this.toggle(name, name === state);
  }

  private toggle(name: string, on: boolean): void {
    if (!this.set) return;
    try {
      if (on) this.set.add(name);
      else this.set.delete(name);
    } catch {
      // Chrome before 125 knows only names with dashes, for `:--running`.
      if (on) this.set.add(`--${name}`);
      else this.set.delete(`--${name}`);
    }
  }
}
