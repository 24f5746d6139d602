import { Cpu, Header, MemoryMap } from '@ring3/abi';
import type { Block } from '../region.js';
import { Code, W, type WasmFunction } from '../wasm-encoder.js';
import { flagsNeeded, nextKind } from './classify.js';
import { IntegerEmitter } from './integer.js';
import { DYNAMIC, L } from './locals.js';

export interface Region {
  /** Offset of its entry in the page. */
  entry: number;
  insns: number;
  fn: WasmFunction;
}

/** Translates the blocks of a region into one function. */
export function translate(blocks: ReadonlyMap<number, Block>, entry: number): Region {
  return new RegionTranslator(blocks, entry).region();
}

/**
 * A region as a function () → ():
 *
 *   load registers, flags, fuel          from the CPU state
 *   block $exit
 *     structured control flow            registers are locals
 *   end
 *   store what was written, rip, count
 */
class RegionTranslator extends IntegerEmitter {
  private readonly kinds = new Map<number, number>();

  constructor(blocks: ReadonlyMap<number, Block>, entry: number) {
    super(blocks, entry);
    this.flagKinds();
  }

  region(): Region {
    const { code } = this;
    const head = new Code();
    this.loadState(head);
    head
      .i32(0)
      .mem(W.I64Load, MemoryMap.Cpu + Cpu.PageVa)
      .set(L.PageVa);
    head
      .i32(0)
      .mem(W.I32Load, MemoryMap.Cpu + Cpu.RegionFuel)
      .set(L.Fuel);
    head
      .i32(0)
      .mem(W.I32Load, MemoryMap.Header + Header.ReadTable)
      .set(L.Table);
    this.loadLimit(head);
    head.op(W.Block, W.Void);
    this.context.push('exit');
    this.tree(this.entry);
    this.context.pop();
    head.add(code).op(W.End);
    // The exit: everything back to where the interpreter has it.
    this.storeState(head, (register) => this.written.has(register));
    head
      .i32(0)
      .get(L.Rip)
      .mem(W.I64Store, MemoryMap.Cpu + Cpu.Rip);
    head
      .i32(0)
      .get(L.Count)
      .mem(W.I32Store, MemoryMap.Cpu + Cpu.RegionRetired);
    let insns = 0;
    for (const start of this.flow.rpo) insns += this.blocks.get(start)!.insns.length;
    return {
      entry: this.entry,
      insns,
      fn: {
        locals: [
          { count: 25, type: W.i64 },
          { count: 9, type: W.i32 },
          { count: 16, type: W.v128 },
          { count: 2, type: 0x7c },
          { count: 1, type: W.v128 },
          { count: 1, type: W.i32 },
          { count: 1, type: 0x7c },
          { count: 3, type: 0x7d },
          { count: 2, type: W.v128 },
          { count: 3, type: W.i32 },
          { count: 2, type: W.i64 },
          { count: 3, type: W.v128 },
        ],
        body: head,
      },
    };
  }

  /** What left the flags at the start of each block, where all ways to it agree. */
  private flagKinds(): void {
    const out = new Map<number, number>();
    const preds = new Map<number, number[]>();
    for (const start of this.flow.rpo) {
      const { end } = this.blocks.get(start)!;
      const next = end.kind === 'jump' ? [end.to] : end.kind === 'cond' ? [end.taken, end.next] : [];
      for (const to of next) preds.set(to, [...(preds.get(to) ?? []), start]);
    }
    for (const start of this.flow.rpo) out.set(start, NaN);
    for (let changed = true; changed;) {
      changed = false;
      for (const start of this.flow.rpo) {
        let kind: number = start === this.entry ? DYNAMIC : NaN;
        for (const p of preds.get(start) ?? []) {
          const k = out.get(p)!;
          if (Number.isNaN(k)) continue;
          kind = Number.isNaN(kind) || kind === k ? k : DYNAMIC;
        }
        if (start === this.entry) kind = DYNAMIC;
        this.kinds.set(start, Number.isNaN(kind) ? DYNAMIC : kind);
        const after = this.kindAfter(this.blocks.get(start)!, kind);
        const old = out.get(start)!;
        if (!(Number.isNaN(old) && Number.isNaN(after)) && old !== after) {
          out.set(start, after);
          changed = true;
        }
      }
    }
  }

  private kindAfter(block: Block, kind: number): number {
    for (const insn of block.insns) kind = nextKind(insn, kind);
    return kind;
  }

  private tree(start: number): void {
    const merges = this.flow.children.get(start)!.filter((child) => this.flow.merges.has(child));
    merges.sort((a, b) => this.flow.order.get(b)! - this.flow.order.get(a)!);
    if (this.flow.loopHeaders.has(start)) {
      this.code.op(W.Loop, W.Void);
      this.context.push(`loop ${start}`);
      this.within(start, merges);
      this.context.pop();
      this.code.op(W.End);
    } else this.within(start, merges);
  }

  private within(start: number, merges: readonly number[]): void {
    const [first, ...rest] = merges;
    if (first === undefined) {
      this.block(start);
      return;
    }
    this.code.op(W.Block, W.Void);
    this.context.push(`block ${first}`);
    this.within(start, rest);
    this.context.pop();
    this.code.op(W.End);
    this.tree(first);
  }

  private goTo(from: number, to: number): void {
    if (!this.blocks.has(to) || this.flow.cut.has(`${from}>${to}`)) {
      this.leaveAt(to);
      return;
    }
    if (this.flow.order.get(to)! <= this.flow.order.get(from)!) this.code.br(this.depth(`loop ${to}`));
    else if (this.flow.merges.has(to)) this.code.br(this.depth(`block ${to}`));
    else this.tree(to);
  }

  private block(start: number): void {
    const block = this.blocks.get(start)!;
    const { code } = this;
    this.kind = this.kinds.get(start)!;
    if (this.flow.loopHeaders.has(start)) {
      code.get(L.Count).get(L.Fuel).op(0x4e).op(W.If, W.Void);
      this.context.push('if');
      this.leaveAt(start);
      this.context.pop();
      code.op(W.End);
    }
    const needed = flagsNeeded(block);
    const body = block.end.kind === 'cond' ? block.insns.slice(0, -1) : block.insns;
    const jump = block.end.kind === 'jump' && block.insns.at(-1)?.name === 'jmp_J';
    body.forEach((insn, i) => {
      if (jump && i === body.length - 1) return;
      this.insn(insn, i, needed[i]!);
      this.kind = nextKind(insn, this.kind);
    });
    const { end } = block;
    if (end.kind === 'leave') return;
    code.get(L.Count).i32(block.insns.length).op(W.I32Add).set(L.Count);
    if (end.kind === 'jump') {
      this.goTo(start, end.to);
      return;
    }
    this.condition(end.code);
    code.op(W.If, W.Void);
    this.context.push('if');
    this.goTo(start, end.taken);
    code.op(W.Else);
    this.goTo(start, end.next);
    this.context.pop();
    code.op(W.End);
  }
}
