import type { Core } from '@ring3/core';
import { Kernel } from '../kernel.js';
import { activateMm } from '../mm/mm-life.js';
import type { Platform } from '../platform.js';
import type { Tracer } from '../trace/tracer.js';
import { decodeGraph, encodeGraph, type Graph } from './graph.js';
import { saveMemory, restoreMemory, type MemoryImage } from './memory.js';

/** A whole machine between two slices. */
export interface Snapshot {
  /** Monotonic ns at which it was taken. */
  time: number;
  state: Graph;
  memory: MemoryImage;
}

/** Links of the Kernel to the outside. */
const outside = ['core', 'platform', 'trace'] as const;

/** Takes a copy of everything; the machine may run on. */
export function takeSnapshot(k: Kernel): Snapshot {
  return { time: k.clock.monotonic(k), state: encodeGraph(k, outside), memory: saveMemory(k.core) };
}

/** A machine that goes on where the snapshot was taken, on a core that has not run yet. Host handles in it must mean the same on `platform`. */
export function restoreSnapshot(snapshot: Snapshot, links: { core: Core; platform: Platform; trace: Tracer }): Kernel {
  const k = decodeGraph(snapshot.state) as Kernel;
  if (!(k instanceof Kernel)) throw new TypeError('not a snapshot of a machine');
  Object.assign(k, links);
  restoreMemory(k.core, snapshot.memory);
  if (k.current.mm) activateMm(k, k.current.mm);
  if (k.options.clock === 'real') k.clock.rebind(k, snapshot.time);
  return k;
}
