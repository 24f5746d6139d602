/** Where a machine runs, and what it is without there. */
export interface MachineMode {
  thread: 'worker' | 'inline';
  /** Could memory be shared between threads (a page served with COOP and COEP; Node always)? Nothing here depends on it. */
  sharedMemory: boolean;
  /** What it has not, in sentences; empty where nothing is missing. */
  lost: readonly string[];
}

export function modeInfo(thread: 'worker' | 'inline'): MachineMode {
  const sharedMemory = typeof SharedArrayBuffer !== 'undefined';
  const lost: string[] = [];
  if (thread === 'inline') lost.push('A thread of its own: the caller stands still for up to about 10 ms at a time while the guest runs.');
  if (!sharedMemory) lost.push('A fine clock: without cross-origin isolation a browser rounds times that the guest reads to about 0.1 ms.');
  return { thread, sharedMemory, lost };
}
