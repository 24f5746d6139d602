import type { Core } from '@ring3/core';
import { type Installation, placeOf } from './installation.js';
import type { JitExports } from './jit.js';
import type { Region } from './live-region.js';
import type { Callee } from './translate/transfers.js';
import { Import } from './wasm-encoder.js';

/** Number of a region's own entry: the dispatcher counts from 1, what has none ignores it. */
const OWN_ENTRY = 1;

/** Regions of a module that is being made, and those of others that they call. */
export class Linker {
  readonly imports: Record<string, unknown>;
  private readonly others = new Map<Region, number>();
  private readonly numbers = new Map<Region, number>();

  /** @param made by address */
  constructor(
    core: Core,
    { goOn, quotientOf, resume, stepUop, testCondition }: JitExports,
    private readonly made: ReadonlyMap<number, Region>,
    private readonly installation: Installation,
  ) {
    const { others, numbers } = this;
    this.imports = { m: core.memory, s: stepUop, c: testCondition, g: goOn, r: resume, q: quotientOf };
    for (const region of made.values()) numbers.set(region, numbers.size);
    for (const { source } of made.values()) {
      for (const { end } of source.body.values()) {
        if (end.kind !== 'call') continue;
        for (const offset of end.to) {
          const to = source.view.base + offset;
          const region = made.has(to) ? null : installation.regionAt(to);
          if (!region || others.has(region)) continue;
          this.imports[`${others.size}`] = region.fn;
          others.set(region, others.size);
        }
      }
    }
    // Callees' slots are known before they are translated.
    for (const region of made.values()) installation.slotFor(region, region.source.entry);
  }

  /** How many functions of other modules are imported. */
  get imported(): number {
    return this.others.size;
  }

  /** What a region of the module calls at an offset of it, if there is a region. */
  calleeOf({ source: { view } }: Region, offset: number): Callee | null {
    const { others } = this;
    const va = view.base + offset;
    const to = this.made.get(va) ?? this.installation.regionAt(va);
    if (!to) return null;
    const number = this.numbers.get(to);
    const other = others.get(to);
    if (number === undefined && other === undefined) return null;
    const entryOffset = va - to.source.view.base;
    const slot = to.slots.get(entryOffset);
    // The number of an entry that has no translation yet: the dispatcher's first is the region's own.
    const entry = to.entries.get(entryOffset) ?? (number !== undefined && entryOffset === to.source.entry ? OWN_ENTRY : undefined);
    if (slot === undefined || entry === undefined) return null;
    const base = to.source.view.base - view.base;
    const within = [...to.source.view.pages].every(([page, { code, generation }]) => {
      const own = view.pages.get(page + base);
      return own?.code === code && own.generation === generation;
    });
    return { fn: Import.Count + (number === undefined ? other! : others.size + number), base, entry, slot: placeOf(slot), within };
  }
}
