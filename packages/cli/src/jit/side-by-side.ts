import { disassemble } from '@ring3/isa';
import type { RecordedRegion } from '@ring3/machine/engine';
import { wasmText } from './wasm-text.js';

/** A stretch of a region's WebAssembly, and the instruction that it comes from; null: it is of none, as the ways in and out. */
export interface Stretch {
  address: number | null;
  x86: string | null;
  wasm: string[];
}

/** The whole function of a region, in its order. */
export function stretches(region: Pick<RecordedRegion, 'insns' | 'module' | 'index' | 'marks'>): Stretch[] {
  const texts = new Map(region.insns.map(({ address, bytes }) => [address, disassemble(bytes, 0, address).text]));
  const result: Stretch[] = [];
  let next = 0;
  for (const { at, text } of wasmText(region.module)[region.index]!) {
    while (next < region.marks.length && region.marks[next]!.at <= at) {
      const { address } = region.marks[next++]!;
      const last = result.at(-1);
      // Marks in one place: the last one holds.
      if (last?.wasm.length === 0) result.pop();
      if (result.at(-1)?.address !== address || result.length === 0)
        result.push({ address, x86: address === null ? null : (texts.get(address) ?? '(?)'), wasm: [] });
    }
    result.at(-1)?.wasm.push(text);
  }
  return result;
}

/** Width of the left column: address and instruction. */
const LEFT = 46;

/** In two columns: the instruction beside the first line of what it has become. */
export function twoColumns(list: readonly Stretch[]): string {
  const seen = new Set<number>();
  const lines: string[] = [];
  const indent = Math.min(...list.flatMap(({ wasm }) => wasm.map((text) => text.search(/\S/))));
  for (const { address, x86, wasm } of list) {
    const again = address !== null && seen.has(address);
    if (address !== null) seen.add(address);
    const left = address === null ? '' : `${address.toString(16).padStart(8)}  ${again ? `... ${x86}` : x86}`;
    wasm.forEach((text, i) => lines.push(`${(i === 0 ? left : '').padEnd(LEFT)} | ${text.slice(indent)}`.trimEnd()));
  }
  return `${lines.join('\n')}\n`;
}
