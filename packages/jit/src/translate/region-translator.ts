import type { InsnMark } from '../observer.js';
import type { Block, Insn, RegionSource } from '../region.js';
import { analyse, type Flow } from '../structure.js';
import { Code, W, type WasmFunction } from '../wasm-encoder.js';
import { flagsNeeded, isStepped, nextKind, wantsFlags } from './classify.js';
import { DYNAMIC, L, localTypes, MEMORY } from './locals.js';
import { steadyRegisters } from './steady.js';
import { type Callee, exits, Param, TransferEmitter } from './transfers.js';

/** The node that all dispatch targets are reached from. */
const DISPATCH = -0x8000_0000;

export interface Links {
  /** The region to call at an offset without further checks. */
  callee(offset: number): Callee | null;
  /** Host address of `bytes` bytes for a table, zeroed; 0: there is no room. */
  table(bytes: number): number;
  mayGroup(insn: Insn): boolean;
  mustStep(insn: Insn): boolean;
  u8: Uint8Array;
  /** Are the places of instructions wanted (InsnMark)? */
  marked: boolean;
}

export interface Translation {
  fn: WasmFunction;
  /** Where control may enter, by offset: the numbers of the entries. */
  entries: Map<number, number>;
  /** Offsets of accesses that were checked for others too. */
  grouped: ReadonlySet<number>;
}

/** Translates a region into one function. */
export function translate(source: RegionSource, links: Links): Translation {
  return new RegionTranslator(source, links).translate();
}

/**
 * A region as a function (base, depth, entry) → where to go on:
 *
 *   load registers and fuel from the CPU state
 *   block $rip block $site …               the ways out
 *     structured control flow              registers are locals
 *   end … end
 *   store what was set; the address
 *
 * Loops are entered at their heads too; a dispatcher at the top leads there, and to the targets of indirect jumps. An outer loop around
 * one that is entered has more than one way in then: its back edges go through the dispatcher.
 */
class RegionTranslator extends TransferEmitter {
  protected readonly blocks: ReadonlyMap<number, Block>;
  private readonly flow: Flow;
  /** Numbers of the dispatch targets; 0 is none. */
  private readonly dispatch = new Map<number, number>();
  /** Those of them that indirect jumps go to. */
  private readonly switched = new Set<number>();
  /** Edges that go through the dispatcher. */
  private readonly rerouted = new Map<number, Set<number>>();
  private readonly kinds = new Map<number, number>();
  private table = 0;
  private lowest = 0;
  private span = 0;

  constructor(
    private readonly region: RegionSource,
    private readonly links: Links,
  ) {
    super();
    this.blocks = region.blocks;
    this.flow = this.structure();
    this.flagKinds(MEMORY);
    // The dispatcher's targets find the flags where it has them.
    if ([...this.dispatch.keys()].some((target) => this.kinds.get(target) !== this.kinds.get(DISPATCH))) this.flagKinds(DYNAMIC);
  }

  translate(): Translation {
    const { code, region } = this;
    const body = new Code();
    if (this.links.marked) [code.marks, body.marks] = [[], []];
    this.context.push(...exits);
    if (this.dispatch.size > 0) this.makeTable();
    if (this.dispatch.size > 0) code.param(Param.Entry).set(L.Go);
    this.tree(this.flow.rpo[0]!);
    body.mark(this.markOf(null));
    this.prologue(body);
    this.loadLimit(body);
    for (let i = 0; i < exits.length; i++) body.op(W.Block, W.Void);
    body.add(code);
    body.mark(this.markOf(null));
    this.epilogue(body);
    return {
      fn: { locals: [...localTypes], body },
      entries: this.dispatch.size > 0 ? this.dispatch : new Map([[region.entry, 0]]),
      grouped: this.grouped,
    };
  }

  private markOf(offset: number | null): InsnMark {
    return { source: this.region, offset };
  }

  /** What follows is for the instruction at an offset. */
  private mark(offset: number | null): void {
    if (this.links.marked) this.code.mark(this.markOf(offset));
  }

  protected predecessorsOf(start: number): readonly number[] {
    const { predecessors } = this.flow;
    return (predecessors.get(start) ?? []).flatMap((p) => (p === DISPATCH ? (predecessors.get(DISPATCH) ?? []) : [p]));
  }

  protected callee(offset: number): Callee | null {
    return this.links.callee(offset);
  }

  protected mayGroup(insn: Insn): boolean {
    return this.links.mayGroup(insn);
  }

  private steady: ReadonlyMap<number, number> | null = null;

  protected steadyAt(start: number): number {
    this.steady ??= steadyRegisters(this.flow, this.blocks);
    return this.steady.get(start) ?? 0;
  }

  protected stackUse(): number {
    return 1 + (this.region.insns >> 5);
  }

  protected mustStep(insn: Insn): boolean {
    return this.links.mustStep(insn);
  }

  private successors(start: number): number[] {
    const { end } = this.blocks.get(start)!;
    const within = (to: number): boolean => this.blocks.has(to);
    switch (end.kind) {
      case 'jump':
        return [end.to].filter(within);
      case 'cond':
        return [end.taken, end.next].filter(within);
      case 'call':
        return [end.next].filter(within);
      case 'indirect':
        return end.targets.some(within) ? [DISPATCH] : [];
      default:
        return [];
    }
  }

  /** Sees to it that every edge can be structured: those that cannot go through the dispatcher. */
  private structure(): Flow {
    const { entry } = this.region;
    // The entry is the first: its number is known beforehand.
    const targets = new Set<number>();
    const add = (to: number): void => void targets.add(entry).add(to);
    for (const { end } of this.blocks.values())
      if (end.kind === 'indirect') for (const to of end.targets) if (this.blocks.has(to)) this.switched.add(to);
    this.switched.forEach(add);
    for (const to of this.region.also) if (to !== entry) add(to);
    const { rerouted } = this;
    // Loops are entered at their heads as well: after something in them that the interpreter did, or when the fuel is used up.
    for (const header of analyse((node) => this.successors(node).filter((to) => to !== DISPATCH), entry).loopHeaders)
      if (header !== entry) add(header);
    const next = (node: number): readonly number[] =>
      node === DISPATCH ? [...targets] : this.successors(node).map((to) => (rerouted.get(node)?.has(to) ? DISPATCH : to));
    for (;;) {
      const flow = analyse(next, targets.size > 0 ? DISPATCH : entry);
      if (flow.cut.length === 0) {
        for (const target of targets) this.dispatch.set(target, this.dispatch.size + 1);
        return flow;
      }
      for (const [from, to] of flow.cut) {
        add(to);
        let edges = rerouted.get(from);
        if (!edges) rerouted.set(from, (edges = new Set()));
        edges.add(to);
      }
    }
  }

  /** For indirect jumps: from an address to the number of its target. */
  private makeTable(): void {
    const offsets = [...this.switched];
    if (offsets.length === 0) return;
    const wide = this.dispatch.size > 255;
    this.lowest = Math.min(...offsets);
    this.span = Math.max(...offsets) - this.lowest + 1;
    this.table = this.links.table(wide ? 2 * this.span : this.span);
    if (this.table === 0) return;
    for (const offset of offsets) {
      const number = this.dispatch.get(offset)!;
      const at = offset - this.lowest;
      if (wide) {
        this.links.u8[this.table + 2 * at] = number & 0xff;
        this.links.u8[this.table + 2 * at + 1] = number >> 8;
      } else this.links.u8[this.table + at] = number;
    }
  }

  /** What is known of the flags after an instruction. */
  private after(insn: Insn, kind: number): number {
    if (isStepped(insn) || this.mustStep(insn)) return MEMORY;
    return nextKind(insn, kind === MEMORY && wantsFlags(insn) ? DYNAMIC : kind);
  }

  private kindAfterBlock(block: Block, kind: number): number {
    for (const insn of block.insns) kind = this.after(insn, kind);
    if (block.end.kind === 'call') return MEMORY;
    return block.end.kind === 'cond' && kind === MEMORY ? DYNAMIC : kind;
  }

  /** What left the flags at the start of each block, where all ways to it agree; `dispatched`: at the dispatcher. */
  private flagKinds(dispatched: number): void {
    const { rpo, predecessors } = this.flow;
    const out = new Map<number, number>();
    const root = rpo[0]!;
    for (let changed = true; changed;) {
      changed = false;
      for (const node of rpo) {
        let kind: number | null = node === root ? MEMORY : null;
        for (const p of predecessors.get(node)!) {
          const k = out.get(p);
          if (k === undefined) continue;
          kind = kind === null || kind === k ? k : DYNAMIC;
        }
        const into = node === DISPATCH && dispatched === DYNAMIC ? DYNAMIC : (kind ?? DYNAMIC);
        this.kinds.set(node, into);
        const after = node === DISPATCH ? into : this.kindAfterBlock(this.blocks.get(node)!, into);
        if (out.get(node) === after) continue;
        out.set(node, after);
        changed = true;
      }
    }
  }

  /** The flags as a node expects them, on the way to it. */
  private adapt(to: number): void {
    if (this.kind === MEMORY && this.kinds.get(to) !== MEMORY) this.loadFlags();
  }

  /** A node and all that it dominates. */
  private tree(node: number): void {
    const { code, flow } = this;
    const inner = flow.children.get(node)!.filter((child) => flow.merges.has(child) || this.dispatch.has(child));
    inner.sort((a, b) => flow.order.get(b)! - flow.order.get(a)!);
    const loops = flow.loopHeaders.has(node);
    if (node === this.flow.rpo[0]) {
      // Control comes from outside with the flags in the CPU state.
      this.kind = MEMORY;
      this.adapt(node);
    }
    if (loops) {
      code.op(W.Loop, W.Void);
      this.context.push(`loop ${node}`);
    }
    this.within(node, inner, 0);
    if (loops) {
      this.context.pop();
      code.op(W.End);
    }
  }

  private within(node: number, merges: readonly number[], from: number): void {
    const first = merges[from];
    if (first === undefined) {
      if (node === DISPATCH) this.dispatcher();
      else this.block(node);
      return;
    }
    this.code.op(W.Block, W.Void);
    this.context.push(`block ${first}`);
    this.within(node, merges, from + 1);
    this.context.pop();
    this.code.op(W.End);
    this.tree(first);
  }

  private dispatcher(): void {
    const { code } = this;
    this.mark(null);
    const labels = [...this.dispatch.keys()].map((target) => this.depth(`block ${target}`));
    code.get(L.Go).op(W.BrTable).u(labels.length);
    code.u(labels[0]!);
    for (const label of labels) code.u(label);
  }

  /** Leaves at an offset if the fuel is used up. */
  private checkFuel(offset: number): void {
    const { code } = this;
    code.get(L.Fuel).i32(0).op(W.I32LeS, W.If, W.Void);
    this.context.push('if');
    this.leaveAt(offset);
    this.context.pop();
    code.op(W.End);
  }

  private goTo(from: number, to: number): void {
    if (!this.blocks.has(to)) {
      this.resume(from);
      this.chainTo(to);
      return;
    }
    if (this.rerouted.get(from)?.has(to)) {
      this.checkFuel(to);
      this.adapt(DISPATCH);
      this.code.i32(this.dispatch.get(to)!).set(L.Go);
      this.code.br(this.depth(`loop ${DISPATCH}`));
      return;
    }
    if (this.flow.order.get(to)! <= this.flow.order.get(from)!) {
      this.checkFuel(to);
      this.adapt(to);
      this.code.br(this.depth(`loop ${to}`));
      return;
    }
    this.adapt(to);
    if (this.flow.merges.has(to) || this.dispatch.has(to)) this.code.br(this.depth(`block ${to}`));
    else {
      this.follows = this.flow.loopHeaders.has(to) ? null : from;
      this.tree(to);
    }
  }

  /** The block that the next one is entered from, if from no other. */
  private follows: number | null = null;

  private block(start: number): void {
    const block = this.blocks.get(start)!;
    const { code } = this;
    this.kind = this.kinds.get(start)!;
    this.beginBlock(start);
    this.beginGroups(start, this.follows);
    this.follows = null;
    const needed = flagsNeeded(block);
    block.insns.forEach((insn, i) => {
      this.mark(insn.offset);
      this.page = insn.page;
      this.kindAfter = this.after(insn, this.kind);
      if (this.mustStep(insn)) this.step(insn, i);
      else {
        if (this.kind === MEMORY && this.kindAfter !== MEMORY && wantsFlags(insn)) {
          this.loadFlags();
          this.kind = DYNAMIC;
        }
        this.insn(insn, i, needed[i]!);
      }
      this.kind = this.kindAfter;
    });
    const { end } = block;
    const done = block.insns.length;
    const last = block.insns.at(-1);
    const endOffset = block.count > done ? (last ? last.offset + last.length : start) : null;
    this.mark(endOffset);
    switch (end.kind) {
      case 'leave':
        this.retire(done);
        this.finishBlock(start);
        if (this.isStop(end.to)) this.leaveAt(end.to);
        else this.chainTo(end.to);
        return;
      case 'jump':
        this.retire(block.count);
        this.finishBlock(start);
        this.goTo(start, end.to);
        return;
      case 'ret':
        this.page = end.insn.page;
        this.ret(end.insn, done);
        this.finishBlock(start);
        return;
      case 'call':
        this.page = end.insn.page;
        this.callOut(end.insn, done);
        this.finishBlock(start);
        this.goTo(start, end.next);
        return;
      case 'indirect':
        this.page = end.insn.page;
        this.indirectJump(end, start, done);
        return;
      case 'cond': {
        this.retire(block.count);
        if (this.kind === MEMORY) {
          this.loadFlags();
          this.kind = DYNAMIC;
        }
        this.condition(end.code);
        this.finishBlock(start);
        const { kind } = this;
        code.op(W.If, W.Void);
        this.context.push('if');
        this.goTo(start, end.taken);
        this.mark(endOffset);
        code.op(W.Else);
        this.kind = kind;
        this.goTo(start, end.next);
        this.mark(endOffset);
        this.context.pop();
        code.op(W.End);
      }
    }
  }

  private finishBlock(start: number): void {
    this.endBlock();
    this.endGroups(start);
  }

  /** Is what stands at an offset the interpreter's? */
  private isStop(offset: number): boolean {
    return this.region.view.at(offset) !== 0;
  }

  private indirectJump({ insn, targets }: Extract<Block['end'], { kind: 'indirect' }>, start: number, done: number): void {
    const { code } = this;
    this.target(insn, done);
    this.retire(done + 1);
    this.finishBlock(start);
    code.get(L.T).set(L.Rip);
    if (this.table !== 0 && targets.some((to) => this.blocks.has(to))) {
      code.get(L.Fuel).i32(0).op(W.I32LeS).brIf(this.out('rip'));
      const wide = this.dispatch.size > 255;
      code.get(L.T).get(L.PageVa).op(W.I64Sub).i64(this.lowest).op(W.I64Sub).tee(L.T2).i64(this.span).op(W.I64LtU, W.If, W.Void);
      this.context.push('if');
      code.get(L.T2).op(W.I32WrapI64);
      if (wide) code.i32(1).op(W.I32Shl).mem(W.I32Load16U, this.table);
      else code.mem(W.I32Load8U, this.table);
      code.tee(L.Go).op(W.If, W.Void);
      this.context.push('if');
      const { kind } = this;
      this.adapt(DISPATCH);
      this.kind = kind;
      code.br(this.depth(`loop ${DISPATCH}`));
      this.context.pop();
      code.op(W.End);
      this.context.pop();
      code.op(W.End);
    }
    this.chain();
  }
}
