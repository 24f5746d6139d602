import { Header, MemoryMap } from '@ring3/abi';
import { isAlone, isOriginal, offsetOf } from '../copies.js';
import type { InsnMark } from '../observer.js';
import type { Block, Insn, RegionSource } from '../region.js';
import { Code, W, type WasmFunction } from '../wasm-encoder.js';
import { asksCondition, flagsNeeded, isStepped, nextKind, wantsFlags } from './classify.js';
import { Ordered } from './kinds.js';
import { CcOp, DYNAMIC, L, localTypes, MEMORY } from './locals.js';
import { kindsAtBlocks } from './kinds-at-blocks.js';
import { type LoopScopes, loopScopes } from './loop-scopes.js';
import { loadAll, type Registers, saveAll, type Scope } from './region-code.js';
import { DISPATCH, type Shape, shapeOf } from './shape.js';
import { type Checks, NEAR, PLAIN } from './sse/arithmetic-bounds.js';
import { type Demand, FloatFacts, type OperandFacts } from './sse/float-facts.js';
import { lookUpSwitch, makeSwitchTable, type SwitchTable } from './switch-table.js';
import { steadyRegisters } from './steady.js';
import { flagStates } from './emitter.js';
import { unroll } from './unroll.js';
import { type Callee, exits, Param, TransferEmitter } from './transfers.js';

export interface Links {
  /** The region to call at an offset without further checks. */
  callee(offset: number): Callee | null;
  /** Host address of `bytes` bytes for a table, zeroed; 0: there is no room. */
  table(bytes: number): number;
  mayCross(insn: Insn): boolean;
  mayGroup(insn: Insn): boolean;
  /** Is the top of the stack mostly in the page that StackMemo has? */
  mayBeOnTop: boolean;
  /** Were an instruction's accesses seen to stay in a page for long? null: it was hardly seen. */
  staysInPage(insn: Insn): boolean | null;
  /** Host address of the memo for accesses of so many bytes by an instruction. */
  memoFor(insn: Insn, bytes: number, write: boolean): number;
  mustStep(insn: Insn): boolean;
  u8: Uint8Array;
  /** May numbers be checked for being near (sse/near.ts)? */
  near: boolean;
  /** Are the places of instructions wanted (InsnMark)? */
  marked: boolean;
}

export interface Translation {
  fn: WasmFunction;
  /** Where control may enter, by offset: the numbers of the entries. */
  entries: Map<number, number>;
  /** By the offset of an access that was checked for others too: theirs, and its own. */
  grouped: ReadonlyMap<number, readonly number[]>;
  /** Offsets of accesses that were looked for in the page of StackMemo. */
  onTop: ReadonlySet<number>;
  /** Offsets of instructions that leave where a number is not near. */
  near: ReadonlySet<number>;
}

/** Bytes of code before and behind the blocks, at most in most regions. */
const AROUND = 4096;

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
  private readonly shape: Shape;
  private readonly loops: LoopScopes;
  private readonly kinds: ReadonlyMap<number, number>;
  private switch: SwitchTable | null = null;

  constructor(
    private readonly region: RegionSource,
    private readonly links: Links,
  ) {
    super();
    this.blocks = unroll(region.body, region.entry, (block) => this.isQuick(block));
    this.shape = shapeOf(this.blocks, region.entry, region.also);
    this.loops = loopScopes(this.shape.flow, this.blocks, (block) => this.isQuick(block));
    this.kinds = this.findKinds();
  }

  translate(): Translation {
    const { code, region } = this;
    if (this.links.marked) code.marks = [];
    this.context.push(...exits);
    if (this.shape.dispatch.size > 0) this.makeTable();
    if (this.shape.dispatch.size > 0) code.param(Param.Entry).set(L.Go);
    this.tree(this.shape.flow.rpo[0]!);
    this.placeMemos();
    const body = new Code(code.length + AROUND);
    if (code.marks) body.marks = [];
    body.mark(this.markOf(null));
    this.prologue(body);
    this.loadLimit(body);
    this.loadNear(body);
    for (let i = 0; i < exits.length; i++) body.op(W.Block, W.Void);
    body.add(code);
    body.mark(this.markOf(null));
    this.epilogue(body);
    return {
      fn: { locals: [...localTypes], body },
      entries:
        this.shape.dispatch.size > 0
          ? new Map([...this.shape.dispatch].filter(([target]) => isOriginal(target)))
          : new Map([[region.entry, 0]]),
      grouped: this.grouped,
      onTop: this.onTop,
      near: this.near,
    };
  }

  private markOf(offset: number | null): InsnMark {
    return { source: this.region, offset };
  }

  /** What follows is for the instruction at an offset. */
  private mark(offset: number | null): void {
    if (this.links.marked) this.code.mark(this.markOf(offset));
  }

  protected callee(offset: number): Callee | null {
    return this.links.callee(offset);
  }

  protected mayCross(insn: Insn): boolean {
    return this.links.mayCross(insn);
  }

  protected mayGroup(insn: Insn): boolean {
    return this.links.mayGroup(insn);
  }

  protected mayBeOnTop(): boolean {
    return this.links.mayBeOnTop;
  }

  protected staysInPage(insn: Insn): boolean | null {
    return this.links.staysInPage(insn);
  }

  protected memoFor(insn: Insn, bytes: number, write: boolean): number {
    return this.links.memoFor(insn, bytes, write);
  }

  private floatFacts: FloatFacts | null = null;

  protected get checks(): Checks {
    return this.links.near ? NEAR : PLAIN;
  }

  private get facts(): FloatFacts {
    return (this.floatFacts ??= new FloatFacts(
      this.shape.flow,
      this.blocks,
      this.loops.loops,
      this.checks,
      (insn) => isStepped(insn) || this.mustStep(insn),
    ));
  }

  protected factsAt(number: number): OperandFacts {
    return this.facts.at(this.start, number);
  }

  private steady: ReadonlyMap<number, number> | null = null;

  protected steadyAt(start: number): number {
    this.steady ??= steadyRegisters(this.shape.flow, this.blocks);
    return this.steady.get(start) ?? 0;
  }

  /** A frame of V8 is large for the locals, whatever the region has in it; what it spills goes by its size. */
  protected stackUse(): number {
    return 1 + (this.region.insns >> 7);
  }

  protected mustStep(insn: Insn): boolean {
    return this.links.mustStep(insn);
  }

  /** Can the block do without the CPU state? */
  private isQuick({ insns, end }: Block): boolean {
    return end.kind !== 'call' && !insns.some((insn) => isStepped(insn) || this.mustStep(insn));
  }

  /** For indirect jumps: from an address to the number of its target. */
  private makeTable(): void {
    if (this.shape.switched.size === 0) return;
    const numbers = new Map([...this.shape.switched].map((offset) => [offset, this.shape.dispatch.get(offset)!]));
    this.switch = makeSwitchTable(numbers, (bytes) => this.links.table(bytes), this.links.u8);
  }

  /** What is known of the flags after an instruction. */
  private after(insn: Insn, kind: number): number {
    if (isStepped(insn) || this.mustStep(insn)) return MEMORY;
    if (this.orders(insn)) return Ordered;
    if (kind === Ordered && wantsFlags(insn) && !asksCondition(insn)) return nextKind(insn, CcOp.Explicit);
    return nextKind(insn, kind === MEMORY && wantsFlags(insn) ? DYNAMIC : kind);
  }

  /** What left the flags at the start of each block. The dispatcher's targets find them where it has them. */
  private findKinds(): ReadonlyMap<number, number> {
    const { flow } = this.shape;
    const meeting = new Set(flow.rpo.filter((node) => !flow.loopHeaders.has(node) || this.loops.calling.has(node)));
    const after = (node: number, kind: number): number => (node === DISPATCH ? kind : this.kindAfterBlock(this.blocks.get(node)!, kind));
    const kinds = kindsAtBlocks(flow, meeting, after, new Map());
    const targets = [...this.shape.dispatch.keys()];
    const at = kinds.get(DISPATCH);
    if (targets.every((target) => kinds.get(target) === at)) return kinds;
    // Loops that keep registers keep the flags too; so do switches, and what goes through the dispatcher for want of another way.
    const keeps =
      this.shape.rerouted.size > 0 ||
      targets.some((target) => this.loops.scopes.has(target)) ||
      [...this.blocks.values()].some(({ end }) => end.kind === 'indirect');
    return kindsAtBlocks(flow, meeting, after, new Map([DISPATCH, ...targets].map((node) => [node, keeps ? DYNAMIC : MEMORY])));
  }

  private kindAfterBlock(block: Block, kind: number): number {
    for (const insn of block.insns) kind = this.after(insn, kind);
    if (block.end.kind === 'call') return MEMORY;
    return block.end.kind === 'cond' && kind === MEMORY ? DYNAMIC : kind;
  }

  /** The flags as a node expects them, on the way to it. */
  private adapt(to: number): void {
    const expected = this.kinds.get(to);
    if (expected === MEMORY) this.spillFlags(this.code, this.kind);
    else if (this.kind === MEMORY) this.loadFlags();
    else if (this.kind === Ordered && expected !== Ordered) this.explainOrder(this.code);
  }

  /** A node and all that it dominates. */
  private tree(node: number): void {
    const { code } = this;
    const { flow } = this.shape;
    const inner = flow.children.get(node)!.filter((child) => flow.merges.has(child) || this.shape.dispatch.has(child));
    inner.sort((a, b) => flow.order.get(b)! - flow.order.get(a)!);
    const loops = flow.loopHeaders.has(node);
    if (node === this.shape.flow.rpo[0]) {
      // Control comes from outside with the flags in the CPU state.
      this.kind = MEMORY;
      this.adapt(node);
    }
    if (!loops) return this.within(node, inner, 0);
    const scope = this.loops.scopes.get(node) ?? null;
    if (scope) this.enterScope(scope, node);
    code.op(W.Loop, W.Void);
    this.context.push(`loop ${node}`);
    this.within(node, inner, 0);
    this.context.pop();
    code.op(W.End);
    if (scope) this.closeScope(scope);
  }

  private enterScope(scope: Scope, header: number): void {
    const { code } = this;
    for (const state of flagStates) {
      code.op(W.Block, W.Void);
      this.context.push(`scope ${state}`);
    }
    code.hole((hole) => {
      loadAll(hole, scope.used);
      if (scope.looksUp) this.loadTable(hole);
    });
    if (!this.computes) return;
    this.kind = this.kinds.get(header)!;
    this.demandOn(header, this.facts.missingBefore(header), scope);
  }

  /** Checks what a loop relies on, on the way to it. */
  private demandOn(header: number, missing: Demand, scope: Scope): void {
    const { code } = this;
    const around = code.scope;
    code.scope = scope;
    this.demand(header, missing);
    code.scope = around;
  }

  /** Behind a scope's loop: the ways out of it at instructions that fail. */
  private closeScope(scope: Scope): void {
    const { code } = this;
    for (const state of flagStates.toReversed()) {
      this.context.pop();
      code.op(W.End);
      code.hole((hole) => saveAll(hole, scope.set));
      code.br(this.depth(`site ${state}`));
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
    const labels = [...this.shape.dispatch.keys()].map((target) => this.depth(`block ${target}`));
    code.get(L.Go).op(W.BrTable).u(labels.length);
    code.u(labels[0]!);
    for (const label of labels) code.u(label);
  }

  /**
   * Back to the dispatcher. V8 is not to know that the region's address stays the same: it would have what is made of it anywhere in the
   * region computed before its loop, each time that the region is entered.
   */
  private dispatchAgain(): void {
    const { code } = this;
    code
      .get(L.PageVa)
      .i32(0)
      .mem(W.I64Load, MemoryMap.Header + Header.Zero)
      .op(W.I64Add)
      .set(L.PageVa);
    code.br(this.depth(`loop ${DISPATCH}`));
  }

  /** Leaves at the beginning of a block if the fuel is used up. */
  private checkFuel(block: number): void {
    const { code } = this;
    code.get(L.Fuel).i32(0).op(W.I32LeS).unlikely().op(W.If, W.Void);
    this.context.push('if');
    this.leaveAt(offsetOf(block));
    this.context.pop();
    code.op(W.End);
  }

  private goTo(from: number, to: number): void {
    const { code } = this;
    code.scope = this.loops.scopes.get(from) ?? null;
    if (code.scope && this.loops.scopes.get(to) !== code.scope) {
      code.save();
      code.scope = null;
    }
    if (!this.blocks.has(to)) {
      this.chainTo(to);
      return;
    }
    if (this.shape.rerouted.get(from)?.has(to)) {
      this.checkFuel(to);
      this.adapt(DISPATCH);
      this.code.i32(this.shape.dispatch.get(to)!).set(L.Go);
      this.dispatchAgain();
      return;
    }
    if (this.shape.flow.order.get(to)! <= this.shape.flow.order.get(from)!) {
      if (code.scope && this.computes) this.demandOn(to, this.facts.missing(to, [from]), code.scope);
      this.checkFuel(to);
      this.adapt(to);
      this.code.br(this.depth(`loop ${to}`));
      return;
    }
    this.adapt(to);
    if (this.shape.flow.merges.has(to) || this.shape.dispatch.has(to)) this.code.br(this.depth(`block ${to}`));
    else this.tree(to);
  }

  /** The blocks that lead to one, whose code is before it; null: there are others, or control enters there. */
  private before(start: number): readonly number[] | null {
    const { predecessors, loopHeaders, rpo } = this.shape.flow;
    return start === rpo[0] || this.shape.dispatch.has(start) || loopHeaders.has(start) || isAlone(start) ? null : predecessors.get(start)!;
  }

  /** Registers in their locals at the end of blocks. */
  private readonly validAfter = new Map<number, Registers>();

  private block(start: number): void {
    const block = this.blocks.get(start)!;
    const { code } = this;
    this.forgetLows();
    this.beginFlags(this.kinds.get(start)!);
    code.scope = this.loops.scopes.get(start) ?? null;
    const before = this.before(start);
    this.beginBlock(before?.length === 1 ? this.validAfter.get(before[0]!)! : 0);
    this.beginGroups(start, before);
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
        } else if (this.kind === Ordered && wantsFlags(insn) && !asksCondition(insn)) {
          this.explainOrder(code);
          this.kind = CcOp.Explicit;
        }
        this.carry(insn, () => this.insn(insn, i, needed[i]!));
      }
      this.kind = this.kindAfter;
    });
    const { end } = block;
    const done = block.insns.length;
    const last = block.insns.at(-1);
    const endOffset = block.count > done ? (last ? last.offset + last.length : offsetOf(start)) : null;
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
        if (end.back) {
          this.returnWithin(end.insn, done, end.back.next);
          this.finishBlock(start);
          this.goTo(start, end.back.to);
          return;
        }
        this.ret(end.insn, done);
        this.finishBlock(start);
        return;
      case 'call':
        this.page = end.insn.page;
        this.callOut(end, done);
        this.finishBlock(start);
        this.goTo(start, end.behind);
        return;
      case 'inlined':
        this.page = end.insn.page;
        this.callWithin(end, done);
        this.finishBlock(start);
        this.goTo(start, end.to);
        return;
      case 'indirect':
        this.page = end.insn.page;
        this.indirectJump(end, start, done);
        return;
      case 'guard': {
        const { kind } = this;
        code.op(W.Block, W.Void);
        this.context.push('slow');
        this.guardPlaces(end.guards, () => this.depth('slow'));
        this.finishBlock(start, true);
        this.goTo(start, end.fast);
        this.context.pop();
        code.op(W.End);
        this.kind = kind;
        this.goTo(start, end.slow);
        return;
      }
      case 'guess':
        this.page = end.insn.page;
        this.guess(end, done);
        this.retire(done);
        this.eitherWay(start, end.hit, end.miss, endOffset);
        return;
      case 'cond':
        this.retire(block.count);
        if (this.kind === MEMORY) {
          this.loadFlags();
          this.kind = DYNAMIC;
        }
        this.condition(end.code);
        this.eitherWay(start, end.taken, end.next, endOffset);
    }
  }

  /** The block is over, with an i32 on the stack: to `taken` if it is not 0, else to `next`. */
  private eitherWay(start: number, taken: number, next: number, offset: number | null): void {
    const { code } = this;
    this.finishBlock(start, true);
    const { kind } = this;
    code.op(W.If, W.Void);
    this.context.push('if');
    this.goTo(start, taken);
    this.mark(offset);
    code.op(W.Else);
    this.kind = kind;
    this.goTo(start, next);
    this.mark(offset);
    this.context.pop();
    code.op(W.End);
  }

  private finishBlock(start: number, carries = false): void {
    this.validAfter.set(start, this.endBlock(carries));
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
    code.save();
    code.get(L.T).set(L.Rip);
    if (this.switch && targets.some((to) => this.blocks.has(to))) {
      code.get(L.Fuel).i32(0).op(W.I32LeS).unlikely().brIf(this.out('rip'));
      code.get(L.T).get(L.PageVa).op(W.I64Sub).set(L.T2);
      lookUpSwitch(code, this.switch);
      code.tee(L.Go).likely().op(W.If, W.Void);
      this.context.push('if');
      const { kind } = this;
      this.adapt(DISPATCH);
      this.kind = kind;
      this.dispatchAgain();
      this.context.pop();
      code.op(W.End);
    }
    this.chain();
  }
}
