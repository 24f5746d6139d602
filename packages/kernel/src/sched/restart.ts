import type { Kernel } from '../kernel.js';

/**
 * struct restart_block: what a call that returned −ERESTART_RESTARTBLOCK leaves for restart_syscall(2). Plain data; `kind` names the
 * function that goes on, which its owner registers at module load.
 */
export interface RestartBlock {
  kind: string;
  [field: string]: unknown;
}

type RestartFunction = (k: Kernel, block: RestartBlock) => number;

const functions = new Map<string, RestartFunction>();

/** Names the function for blocks of a kind. It behaves like a system call's handler: result, PARKED, or a thrown Errno. */
export function registerRestart(kind: string, restart: RestartFunction): void {
  functions.set(kind, restart);
}

export function restartFunction(kind: string): RestartFunction | undefined {
  return functions.get(kind);
}
