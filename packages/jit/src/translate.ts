import { Cpu, Header, MemoryMap, UopFlag } from '@ring3/abi';
import type { Block, Insn } from './region.js';
import { packed, scalarDouble, shifts, shuffles } from './sse.js';
import { analyse } from './structure.js';
import { Code, W, type WasmFunction } from './wasm-encoder.js';

const CcOp = { Logic: 0, Add: 1, Sub: 2, Adc1: 3, Sbb1: 4, Inc: 5, Dec: 6, Shl: 7, Shr: 8, Sar: 9, Mul: 10, Explicit: 11, Rotated: 12 } as const;
const DYN = -1;
const BIAS = 0xfff;
const WRITE = 0x40_0000;

const enum L {
  PageVa = 16,
  CcR = 17,
  CcA = 18,
  CcB = 19,
  Rip = 20,
  Ea = 21,
  T = 22,
  T2 = 23,
  T3 = 24,
  // i32
  CcOp = 25,
  CcBase = 26,
  CcRot = 27,
  Count = 28,
  Fuel = 29,
  Table = 30,
  Low = 31,
  Entry = 32,
  P = 33,
  Xmm = 34,
  D = 50,
  D2 = 51,
  V = 52,
}

const FN_STEP = 0;
const FN_COND = 1;

const coldStep = /^(imul|mul|div|idiv|adc|sbb|add|sub|and|or|xor|cmp|test|mov|lea|movzx|movsx|movsxd|inc|dec|not|neg|shl|shr|sar|rol|ror|bt|bts|btr|btc|bsf|bsr|xchg|cmov|set|cbw|cwd|bswap|shld|shrd|popcnt|p[a-z]+|mov[a-z]*|add[sp][sd]|sub[sp][sd]|mul[sp][sd]|div[sp][sd]|sqrt[sp][sd]|min[sp][sd]|max[sp][sd]|cvt\w+|[u]?comis[sd]|and[n]?p[sd]|orp[sd]|xorp[sd]|unpck\w+|shufp[sd]|cmp[sp][sd])(_|$|\d)/;

export function isTranslatable({ name }: Insn): boolean {
  if (name.startsWith('?') || name === 'Enter') return false;
  if (/^rep|string|movs_|stos|lods|scas|cmps_|pop|push|popf|pushf|mov_.*(Sw|Cd|Dd|Seg)/.test(name)) return /^(push64_[ZIM]|pop64_Z)$/.test(name);
  return isInline(name) || coldStep.test(name);
}

const inline =
  /^(add|or|adc|sbb|and|sub|xor|cmp|test)(8|16|32|64)_([RGM])_([RGMI])$|^mov(8|16|32|64)_([RGMXZ])_([RGMXI])$|^lea(32|64)_[MX]$|^movzx32_G_[RMX][bw]$|^movsx(32|64)_G_[RM][bw]$|^movsxd64_G_[RMX]$|^(inc|dec|not|neg)(32|64)_R$|^imul(32)_G_(R|M|R_I)$|^imul64_G_(R|M|R_I)$|^(shl|shr|sar|rol|ror)(32|64)_R_I$|^(shl|shr|sar)(32|64)_R_C$|^cbw(32|64)$|^cwd(32|64)$|^cmov(32|64)$|^set$|^push64_[ZIM]$|^pop64_Z$|^leave64$|^nop$|^mov64_G_Fs$|^j[a-z]+$|^jmp_[JRMX]$|^call_[JRM]$|^ret$/;
function isInline(name: string): boolean {
  return inline.test(name) || isSse(name);
}

function mnemonic(name: string): string {
  return name.split('_')[0]!;
}
const sseMoves = /^(movaps|movups|movapd|movupd|movdqa|movdqu|movsd|movss|movq|movd|movhigh|movhpd|movlpd|movlps|movhps)_|^movq(32|64)_/;
export function isSse(name: string): boolean {
  const m = mnemonic(name);
  if (/_[PQN][qd]?_|_Pq|_Qq|_Nq/.test(name)) return false;
  if (/^p/.test(m) && /_(Pq|Qq)/.test(name)) return false;
  return (
    m in packed || m in shuffles || (m in shifts && /_Udq_Ib$/.test(name)) || m in scalarDouble || m === 'pandn' || m === 'pshufd' || m === 'pmovmskb' ||
    m === 'psrldq' || m === 'pslldq' || m === 'ucomisd' || m === 'comisd' || name === 'cvtsi2sd32' || name === 'cvtsi2sd64' || name === 'cvttsd2si32' ||
    name === 'cvttsd2si64' || name === 'sqrtsd_Vsd_Wsd' || (sseMoves.test(name) && !/^movsd?_?x/.test(name))
  );
}
const usesXmm = (insn: Insn): boolean => isSse(insn.name);

/** Can the instruction leave before it has had an effect? */
function mayExit(insn: Insn): boolean {
  const { name } = insn;
  if (!isInline(name)) return true;
  if (isSse(name)) return true;
  return /_M|M_|_X|X_|_Fs|_Mb|_Mw|^push|^pop|^leave|^call|^ret|^jmp_[MX]/.test(name) && !/^lea/.test(name);
}
function readsFlags(insn: Insn): boolean {
  return /^(adc|sbb|inc|dec|cmov|set|j[a-z]+$|rol|ror|(shl|shr|sar)\d+_R_C)/.test(insn.name) && insn.name !== 'jmp_J' ? true : !isInline(insn.name);
}
function setsAllFlags(insn: Insn): boolean {
  return /^(add|or|adc|sbb|and|sub|xor|cmp|test|neg|imul|inc|dec)\d/.test(insn.name) && isInline(insn.name);
}

export const stepped = new Map<string, number>();

export interface Region {
  entry: number;
  insns: number;
  fn: WasmFunction;
}

/** Translates the blocks of a region into one function. */
export function translate(blocks: ReadonlyMap<number, Block>, entry: number): Region {
  return new Translator(blocks, entry).region();
}

class Translator {
  private readonly code = new Code();
  /** Innermost last: what a branch may go to. */
  private readonly context: string[] = [];
  private readonly kinds = new Map<number, number>();
  private readonly written = new Set<number>();
  private kind: number = DYN;
  private readonly flow;

  constructor(
    private readonly blocks: ReadonlyMap<number, Block>,
    private readonly entry: number,
  ) {
    this.flow = analyse(blocks, entry);
    this.flagKinds();
  }

  region(): Region {
    const { code } = this;
    const head = new Code();
    const used = this.usedRegisters();
    for (const r of used) head.i32(0).mem(W.I64Load, MemoryMap.Cpu + 8 * r).set(r);
    head.i32(0).mem(W.I64Load, MemoryMap.Cpu + Cpu.PageVa).set(L.PageVa);
    head.i32(0).mem(W.I64Load, MemoryMap.Cpu + Cpu.CcResult).set(L.CcR);
    head.i32(0).mem(W.I64Load, MemoryMap.Cpu + Cpu.CcA).set(L.CcA);
    head.i32(0).mem(W.I64Load, MemoryMap.Cpu + Cpu.CcB).set(L.CcB);
    head.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.CcOp).set(L.CcOp);
    head.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.CcBase).set(L.CcBase);
    head.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.CcRotated).set(L.CcRot);
    head.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.RegionFuel).set(L.Fuel);
    head.i32(0).mem(W.I32Load, MemoryMap.Header + Header.ReadTable).set(L.Table);
    const xmm = this.usedXmm();
    for (const x of xmm) head.i32(0).op(0xfd, 0, 0).u(MemoryMap.Cpu + Cpu.Xmm + 16 * x).set(L.Xmm + x);
    head.op(W.Block, W.Void);
    this.context.push('exit');
    if (this.floats()) {
      code.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.Mxcsr).i32(0xffe0).op(W.I32And).i32(0x1fa0).op(W.I32Ne, W.If, W.Void);
      this.context.push('if');
      this.leaveAt(this.entry);
      this.context.pop();
      code.op(W.End);
    }
    this.tree(this.entry);
    this.context.pop();
    head.add(code).op(W.End);
    // The exit: everything back to where the interpreter has it.
    for (const r of used) if (this.written.has(r)) head.i32(0).get(r).mem(W.I64Store, MemoryMap.Cpu + 8 * r);
    for (const x of xmm) head.i32(0).get(L.Xmm + x).op(0xfd, 11, 0).u(MemoryMap.Cpu + Cpu.Xmm + 16 * x);
    this.spillFlags(head);
    head.i32(0).get(L.Rip).mem(W.I64Store, MemoryMap.Cpu + Cpu.Rip);
    head.i32(0).get(L.Count).mem(W.I32Store, MemoryMap.Cpu + Cpu.RegionRetired);
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
        ],
        body: head,
      },
    };
  }

  private spillFlags(code: Code): void {
    code.i32(0).get(L.CcR).mem(W.I64Store, MemoryMap.Cpu + Cpu.CcResult);
    code.i32(0).get(L.CcA).mem(W.I64Store, MemoryMap.Cpu + Cpu.CcA);
    code.i32(0).get(L.CcB).mem(W.I64Store, MemoryMap.Cpu + Cpu.CcB);
    code.i32(0).get(L.CcOp).mem(W.I32Store, MemoryMap.Cpu + Cpu.CcOp);
    code.i32(0).get(L.CcBase).mem(W.I32Store, MemoryMap.Cpu + Cpu.CcBase);
    code.i32(0).get(L.CcRot).mem(W.I32Store, MemoryMap.Cpu + Cpu.CcRotated);
  }

  private floats(): boolean {
    return this.flow.rpo.some((start) => this.blocks.get(start)!.insns.some(({ name }) => /^(addsd|subsd|mulsd|divsd|sqrtsd|u?comisd|cvttsd2si|cvtsi2sd64)/.test(name)));
  }

  private usedXmm(): number[] {
    const used = new Set<number>();
    for (const start of this.flow.rpo) {
      for (const insn of this.blocks.get(start)!.insns) {
        if (!isInline(insn.name)) for (let x = 0; x < 16; x++) used.add(x);
        else if (usesXmm(insn)) used.add((insn.reg >> 4) & 15).add((insn.rm >> 4) & 15);
      }
    }
    return [...used].sort((a, b) => a - b);
  }

  private usedRegisters(): number[] {
    const used = new Set<number>();
    for (const start of this.flow.rpo) {
      for (const insn of this.blocks.get(start)!.insns) {
        // Byte registers are offsets within their register.
        if (usesXmm(insn)) for (let r = 0; r < 16; r++) { if (r === insn.rm >> 3 || r === (insn.index & 0xf8) >> 3 || r === insn.reg >> 3) used.add(r); }
        else for (const offset of [insn.reg, insn.rm, insn.index & 0xf8]) if (offset < 0x80) used.add(offset >> 3);
        if (/^(push|pop|leave|call|ret)/.test(insn.name)) {
          used.add(4);
          this.written.add(4);
        }
        if (insn.name === 'leave64') {
          used.add(5);
          this.written.add(5);
        }
        if (/_R_C$/.test(insn.name)) used.add(1);
        if (/^(cbw|cwd)/.test(insn.name)) used.add(0).add(2);
        if (!isInline(insn.name)) for (let r = 0; r < 16; r++) used.add(r);
      }
    }
    return [...used].sort((a, b) => a - b);
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
    for (let changed = true; changed; ) {
      changed = false;
      for (const start of this.flow.rpo) {
        let kind: number = start === this.entry ? DYN : NaN;
        for (const p of preds.get(start) ?? []) {
          const k = out.get(p)!;
          if (Number.isNaN(k)) continue;
          kind = Number.isNaN(kind) || kind === k ? k : DYN;
        }
        if (start === this.entry) kind = DYN;
        this.kinds.set(start, Number.isNaN(kind) ? DYN : kind);
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

  // Control flow.

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

  private depth(label: string): number {
    return this.context.length - 1 - this.context.lastIndexOf(label);
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

  /** Leaves with rip at an offset of the page; everything before has been counted. */
  private leaveAt(offset: number): void {
    this.code.get(L.PageVa).i64(offset).op(W.I64Add).set(L.Rip).br(this.depth('exit'));
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

  // Operands. Registers are whole locals.

  private exit(insn: Insn, before: number): void {
    const { code } = this;
    code.op(W.If, W.Void);
    this.context.push('if');
    code.get(L.Count).i32(before).op(W.I32Add).set(L.Count);
    this.leaveAt(insn.offset);
    this.context.pop();
    code.op(W.End);
  }

  private regFile(offset: number): void {
    const { code } = this;
    if (offset < 0x80) code.get(offset >> 3);
    else if (offset === Cpu.Zero) code.i64(0);
    else if (offset === Cpu.PageVa) code.get(L.PageVa);
    else code.i32(0).mem(W.I64Load, MemoryMap.Cpu + offset);
  }

  /** Effective address on the stack. */
  private ea(insn: Insn, disp = insn.disp): void {
    const { code } = this;
    this.regFile(insn.rm);
    const index = insn.index & 0xf8;
    if (index !== Cpu.Zero) {
      this.regFile(index);
      if (insn.index & 3) code.i64(insn.index & 3).op(W.I64Shl);
      code.op(W.I64Add);
    }
    if (disp !== 0) code.i64(disp).op(W.I64Add);
  }

  /** Checks the address on the stack; leaves the host address − Bias in P. */
  private check(insn: Insn, before: number, size: number, write: boolean): void {
    const { code } = this;
    code.tee(L.Ea).i64(32).op(W.I64ShrU, W.I32WrapI64);
    code.get(L.Ea).op(W.I32WrapI64).tee(L.Low);
    code.i32(12).op(W.I32ShrU).i32(2).op(W.I32Shl).get(L.Table).op(W.I32Add).mem(W.I32Load, write ? WRITE : 0).tee(L.Entry);
    code.op(W.I32Eqz, W.I32Or);
    if (size > 1) code.get(L.Low).i32(4095).op(W.I32And).i32(4096 - size).op(W.I32GtU, W.I32Or);
    this.exit(insn, before);
    code.get(L.Low).get(L.Entry).op(W.I32Add).set(L.P);
  }

  /** A register sign-extended from `size` bits. */
  private regSigned(offset: number, size: number): void {
    const { code } = this;
    this.byteOrRegister(offset, size);
    if (size === 8) code.op(W.I64Extend8S);
    else if (size === 16) code.op(W.I64Extend16S);
    else if (size === 32) code.op(W.I64Extend32S);
  }

  private byteOrRegister(offset: number, size: number): void {
    this.code.get(offset >> 3);
    if (size === 8 && offset & 7) this.code.i64(8).op(W.I64ShrU);
  }

  private regUnsigned(offset: number, size: number): void {
    this.byteOrRegister(offset, size);
    if (size === 8) this.code.i64(0xff).op(W.I64And);
    else if (size === 16) this.code.i64(0xffff).op(W.I64And);
    else if (size === 32) this.code.i64(0xffff_ffff).op(W.I64And);
  }

  /** Stores the i64 on the stack to a register of `size` bits. */
  private setReg(offset: number, size: number): void {
    const { code } = this;
    const r = offset >> 3;
    this.written.add(r);
    if (size === 64) code.set(r);
    else if (size === 32) code.i64(0xffff_ffff).op(W.I64And).set(r);
    else {
      const mask = size === 8 ? 0xffn : 0xffffn;
      const shift = size === 8 && offset & 7 ? 8n : 0n;
      code.i64(mask).op(W.I64And);
      if (shift) code.i64(shift).op(W.I64Shl);
      code.get(r).i64(~(mask << shift)).op(W.I64And, W.I64Or).set(r);
    }
  }

  private loadSigned(size: number): void {
    const op = size === 8 ? W.I64Load8S : size === 16 ? W.I64Load16S : size === 32 ? W.I64Load32S : W.I64Load;
    this.code.get(L.P).mem(op, BIAS);
  }
  private loadUnsigned(size: number): void {
    const op = size === 8 ? W.I64Load8U : size === 16 ? W.I64Load16U : size === 32 ? W.I64Load32U : W.I64Load;
    this.code.get(L.P).mem(op, BIAS);
  }
  /** P and the value are on the stack. */
  private store(size: number): void {
    this.code.mem(size === 8 ? W.I64Store8 : size === 16 ? W.I64Store16 : size === 32 ? W.I64Store32 : W.I64Store, BIAS);
  }

  private signExtend(size: number): void {
    if (size === 8) this.code.op(W.I64Extend8S);
    else if (size === 16) this.code.op(W.I64Extend16S);
    else if (size === 32) this.code.op(W.I64Extend32S);
  }

  private setKind(kind: number): void {
    this.code.i32(kind).set(L.CcOp);
  }

  private insn(insn: Insn, before: number, needed: boolean): void {
    const { code } = this;
    const { name } = insn;
    let m: RegExpExecArray | null;
    if ((m = /^(add|or|adc|sbb|and|sub|xor|cmp|test)(8|16|32|64)_([RGM])_([RGMI])$/.exec(name))) return this.alu(insn, before, needed, m[1]!, Number(m[2]), m[3]!, m[4]!);
    if ((m = /^mov(8|16|32|64)_([RGMXZ])_([RGMXI])$/.exec(name))) return this.mov(insn, before, Number(m[1]), m[2]!, m[3]!);
    if ((m = /^lea(32|64)_[MX]$/.exec(name))) {
      this.ea(insn);
      return this.setReg(insn.reg, Number(m[1]));
    }
    if ((m = /^mov(zx|sx)(32|64)_G_([RMX])([bw])$/.exec(name))) {
      const from = m[4] === 'b' ? 8 : 16;
      if (m[3] === 'R') {
        if (m[1] === 'zx') this.regUnsigned(insn.rm, from);
        else this.regSigned(insn.rm, from);
      } else {
        this.ea(insn);
        this.check(insn, before, from / 8, false);
        if (m[1] === 'zx') this.loadUnsigned(from);
        else this.loadSigned(from);
      }
      return this.setReg(insn.reg, Number(m[2]));
    }
    if ((m = /^movsxd64_G_([RMX])$/.exec(name))) {
      if (m[1] === 'R') this.regSigned(insn.rm, 32);
      else {
        this.ea(insn);
        this.check(insn, before, 4, false);
        this.loadSigned(32);
      }
      return this.setReg(insn.reg, 64);
    }
    if ((m = /^(inc|dec|not|neg)(32|64)_R$/.exec(name))) return this.unary(insn, needed, m[1]!, Number(m[2]));
    if ((m = /^imul(32|64)_G_(R_I|R|M)$/.exec(name))) return this.imul(insn, before, needed, Number(m[1]), m[2]!);
    if ((m = /^(shl|shr|sar|rol|ror)(32|64)_R_I$/.exec(name))) return this.shift(insn, needed, m[1]!, Number(m[2]));
    if ((m = /^(shl|shr|sar)(32|64)_R_C$/.exec(name))) return this.shiftByCl(insn, m[1]!, Number(m[2]));
    if ((m = /^cmov(32|64)$/.exec(name))) {
      const size = Number(m[1]);
      this.regUnsigned(insn.rm, size);
      this.regUnsigned(insn.reg, size);
      this.condition(insn.imm & 15);
      code.op(W.Select);
      return this.setReg(insn.reg, size);
    }
    if (name === 'set') {
      this.condition(insn.imm & 15);
      code.op(W.I64ExtendI32U);
      return this.setReg(insn.rm, 8);
    }
    switch (name) {
      case 'nop':
        return;
      case 'cbw32':
        this.regSigned(0, 16);
        return this.setReg(0, 32);
      case 'cbw64':
        this.regSigned(0, 32);
        return this.setReg(0, 64);
      case 'cwd32':
        this.regSigned(0, 32);
        code.i64(63).op(W.I64ShrS);
        return this.setReg(16, 32);
      case 'cwd64':
        code.get(0).i64(63).op(W.I64ShrS);
        return this.setReg(16, 64);
      case 'push64_Z':
      case 'push64_I':
      case 'push64_M':
        if (name === 'push64_M') {
          this.ea(insn);
          this.check(insn, before, 8, false);
          this.loadUnsigned(64);
        } else if (name === 'push64_Z') code.get(insn.rm >> 3);
        else code.i64(insn.imm);
        code.set(L.T);
        return this.push(insn, before);
      case 'pop64_Z':
        code.get(4);
        this.check(insn, before, 8, false);
        this.loadUnsigned(64);
        code.set(L.T).get(4).i64(8).op(W.I64Add).set(4).get(L.T);
        return this.setReg(insn.rm, 64);
      case 'leave64':
        code.get(5);
        this.check(insn, before, 8, false);
        code.get(5).i64(8).op(W.I64Add).set(4);
        this.loadUnsigned(64);
        code.set(5);
        return;
      case 'mov64_G_Fs':
        this.ea(insn);
        this.regFile(Cpu.FsBase);
        code.op(W.I64Add);
        this.check(insn, before, 8, false);
        this.loadUnsigned(64);
        return this.setReg(insn.reg, 64);
      case 'jmp_R':
        code.get(insn.rm >> 3).set(L.T);
        return this.indirect(insn, before);
      case 'jmp_M':
      case 'jmp_X':
        this.ea(insn, insn.imm);
        this.check(insn, before, 8, false);
        this.loadUnsigned(64);
        code.set(L.T);
        return this.indirect(insn, before);
      case 'ret':
        code.get(4);
        this.check(insn, before, 8, false);
        this.loadUnsigned(64);
        code.set(L.T);
        this.canonical(insn, before);
        code.get(4).i64(8).op(W.I64Add).set(4);
        return this.finish(before);
      case 'call_J':
        this.pushNext(insn, before);
        code.get(L.PageVa).i64(insn.imm).op(W.I64Add).set(L.T);
        return this.finish(before);
      case 'call_R':
        code.get(insn.rm >> 3).set(L.T2);
        return this.callTo(insn, before);
      case 'call_M':
        this.ea(insn, insn.imm);
        this.check(insn, before, 8, false);
        this.loadUnsigned(64);
        code.set(L.T2);
        return this.callTo(insn, before);
    }
    if (isSse(name)) return this.sse(insn, before);
    this.step(insn, before);
  }

  /** Is the source a register? Hot moves say so by their name, the others by their flags. */
  private simd(opcode: number): void {
    this.code.op(0xfd).u(opcode);
  }

  private sse(insn: Insn, before: number): void {
    const { code } = this;
    const { name } = insn;
    const m = mnemonic(name);
    const hot = insn.op < 256;
    const v = L.Xmm + ((insn.reg >> 4) & 15);
    const w = L.Xmm + ((insn.rm >> 4) & 15);
    const isReg = (insn.flags & UopFlag.RmReg) !== 0;
    if (!isReg && insn.flags & (UopFlag.Fs | UopFlag.Gs | UopFlag.Addr32 | UopFlag.RipWide)) return this.step(insn, before);
    const align = (): void => {
      code.get(L.Ea).op(W.I32WrapI64).i32(15).op(W.I32And);
      this.exit(insn, before);
    };
    /** The 16 bytes of the source. */
    const load = (aligned: boolean): void => {
      this.ea(insn);
      this.check(insn, before, 16, false);
      if (aligned) align();
      code.get(L.P).op(0xfd, 0, 0).u(BIAS);
    };
    const source = (): void => {
      if (isReg) code.get(w);
      else load(true);
    };
    // Moves.
    const moves = /^(movaps|movups|movapd|movupd|movdqa|movdqu)_/.exec(name);
    if (moves) {
      const aligned = /^mov(a|dqa)/.test(name);
      const stores = hot ? /_M_V$/.test(name) : /_W[a-z]+_V/.test(name);
      const register = hot ? /_V_R$/.test(name) : isReg;
      if (register) code.get(stores ? v : w).set(stores ? w : v);
      else if (stores) {
        this.ea(insn);
        this.check(insn, before, 16, true);
        if (aligned) align();
        code.get(L.P).get(v).op(0xfd, 11, 0).u(BIAS);
      } else {
        load(aligned);
        code.set(v);
      }
      return;
    }
    const load64 = (): void => {
      this.ea(insn);
      this.check(insn, before, 8, false);
      code.get(L.P).op(0xfd, 0x5d, 0).u(BIAS);
    };
    const store64 = (): void => {
      this.ea(insn);
      this.check(insn, before, 8, true);
      code.get(L.P).get(v).op(0xfd, 0x5b, 0).u(BIAS).op(0);
    };
    switch (name) {
      case 'movsd_V_M':
        load64();
        code.set(v);
        return;
      case 'movsd_M_V':
      case 'movq_M_V':
        return store64();
      case 'movss_V_M':
        this.ea(insn);
        this.check(insn, before, 4, false);
        code.get(L.P).op(0xfd, 0x5c, 0).u(BIAS).set(v);
        return;
      case 'movss_M_V':
        this.ea(insn);
        this.check(insn, before, 4, true);
        code.get(L.P).get(v).op(0xfd, 0x5a, 0).u(BIAS).op(0);
        return;
      case 'movq32_V_R':
      case 'movq64_V_R':
        code.get(insn.rm >> 3);
        if (name === 'movq32_V_R') code.i64(0xffff_ffff).op(W.I64And);
        code.set(L.T);
        this.zero();
        code.get(L.T).op(0xfd, 0x1e, 0).set(v);
        return;
      case 'movq64_R_V':
        code.get(v).op(0xfd, 0x1d, 0);
        return this.setReg(insn.rm, 64);
      case 'movsd_Vsd_Wsd':
      case 'movsd_Wsd_Vsd':
        if (!isReg) break;
        if (name === 'movsd_Vsd_Wsd') code.get(v).get(w).op(0xfd, 0x1d, 0).op(0xfd, 0x1e, 0).set(v);
        else code.get(w).get(v).op(0xfd, 0x1d, 0).op(0xfd, 0x1e, 0).set(w);
        return;
      case 'movq_Vq_Wq':
        if (isReg) {
          this.zero();
          code.get(w).op(0xfd, 0x1d, 0).op(0xfd, 0x1e, 0).set(v);
        } else {
          load64();
          code.set(v);
        }
        return;
      case 'movhigh_V_M':
        if (isReg) break;
        this.ea(insn);
        this.check(insn, before, 8, false);
        code.get(v).get(L.P).mem(W.I64Load, BIAS).op(0xfd, 0x1e, 1).set(v);
        return;
      case 'cvtsi2sd32':
      case 'cvtsi2sd64': {
        const wide = name.endsWith('64');
        if (isReg) code.get(insn.rm >> 3);
        else {
          this.ea(insn);
          this.check(insn, before, wide ? 8 : 4, false);
          if (wide) this.loadUnsigned(64);
          else this.loadSigned(32);
        }
        if (!wide) code.op(W.I64Extend32S);
        code.op(0xb9).set(L.D);
        code.get(v).get(L.D).op(0xfd, 0x22, 0).set(v);
        return;
      }
      case 'cvttsd2si32':
      case 'cvttsd2si64': {
        const wide = name.endsWith('64');
        this.scalarSource(insn, before, isReg, w);
        code.set(L.D);
        // Out of range or NaN: the interpreter. |x| < 2^31 or 2^63.
        code.get(L.D).op(0x99).op(0x44).op(...f64(wide ? 2 ** 63 : 2 ** 31)).op(0x63).op(W.I32Eqz);
        this.exit(insn, before);
        code.get(L.D).op(0xb0);
        return this.setReg(insn.reg, wide ? 64 : 32);
      }
      case 'sqrtsd_Vsd_Wsd':
        this.scalarSource(insn, before, isReg, w);
        code.tee(L.D).op(0x9f).set(L.D2);
        this.normal(L.D);
        this.normal(L.D2);
        code.op(W.I32And, W.I32Eqz);
        this.exit(insn, before);
        code.get(v).get(L.D2).op(0xfd, 0x22, 0).set(v);
        return;
    }
    if (m in scalarDouble && hot) {
      this.scalarSource(insn, before, isReg, w);
      code.set(L.D2);
      code.get(v).op(0xfd, 0x21, 0).set(L.D);
      this.normal(L.D);
      this.normal(L.D2);
      code.op(W.I32And);
      code.get(L.D).get(L.D2).op(scalarDouble[m]!).set(L.D);
      this.normal(L.D);
      code.op(W.I32And, W.I32Eqz);
      this.exit(insn, before);
      code.get(v).get(L.D).op(0xfd, 0x22, 0).set(v);
      return;
    }
    if ((m === 'ucomisd' || m === 'comisd') && hot) {
      this.scalarSource(insn, before, isReg, w);
      code.set(L.D2);
      code.get(v).op(0xfd, 0x21, 0).set(L.D);
      // Denormals and NaNs set flags of MXCSR: the interpreter. Zeros are usual here.
      this.normalOrZero(L.D);
      this.normalOrZero(L.D2);
      code.op(W.I32And, W.I32Eqz);
      this.exit(insn, before);
      code.get(L.D).get(L.D2).op(0x63).get(L.D).get(L.D2).op(0x61).i32(6).op(W.I32Shl, W.I32Or, W.I64ExtendI32U).set(L.CcA);
      code.get(L.D).get(L.D2).op(0x62, W.I64ExtendI32U).set(L.CcR).i64(0).set(L.CcB);
      return this.setKind(CcOp.Explicit);
    }
    if (m in packed) {
      code.get(v);
      source();
      this.simd(packed[m]!);
      code.set(v);
      return;
    }
    if (m === 'pandn' || m === 'andnps' || m === 'andnpd') {
      source();
      code.get(v);
      this.simd(0x4f);
      code.set(v);
      return;
    }
    if (m in shuffles) {
      code.get(v);
      source();
      code.op(0xfd, 0x0d, ...shuffles[m]!).set(v);
      return;
    }
    if (m in shifts) {
      const [bits, opcode, sign] = shifts[m]!;
      const count = insn.imm & 0xff;
      if (count >= bits && !sign) {
        this.zero();
        code.set(w);
        return;
      }
      code.get(w).i32(Math.min(count, bits - 1));
      this.simd(opcode);
      code.set(w);
      return;
    }
    if (m === 'psrldq' || m === 'pslldq') {
      const count = Math.min(insn.imm & 0xff, 16);
      const lanes = Array.from({ length: 16 }, (_, i) => (m === 'psrldq' ? i + count : i - count < 0 ? 16 : i - count));
      code.get(w);
      this.zero();
      code.op(0xfd, 0x0d, ...lanes.map((lane) => Math.min(lane, 16))).set(w);
      return;
    }
    if (m === 'pshufd') {
      source();
      code.set(L.V);
      const lanes = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].map((b) => 4 * ((insn.imm >> (2 * i)) & 3) + b));
      code.get(L.V).get(L.V).op(0xfd, 0x0d, ...lanes).set(v);
      return;
    }
    if (m === 'pmovmskb' && isReg) {
      code.get(w);
      this.simd(0x64);
      code.op(W.I64ExtendI32U);
      return this.setReg(insn.reg, 32);
    }
    this.step(insn, before);
  }

  private zero(): void {
    this.code.op(0xfd, 12).op(...new Array<number>(16).fill(0));
  }

  /** The source of a scalar operation, as f64. */
  private scalarSource(insn: Insn, before: number, isReg: boolean, w: number): void {
    const { code } = this;
    if (isReg) code.get(w).op(0xfd, 0x21, 0);
    else {
      this.ea(insn);
      this.check(insn, before, 8, false);
      code.get(L.P).op(0x2b, 0).u(BIAS);
    }
  }

  /** Is the local neither zero, denormal, infinite nor NaN? Then nothing but PE can come of it. */
  private normal(local: number): void {
    this.code.get(local).op(0xbd).i64(1).op(W.I64Shl).i64(1n << 53n).op(W.I64Add).i64(1n << 54n).op(W.I64GeU);
  }

  private normalOrZero(local: number): void {
    this.normal(local);
    this.code.get(local).op(0xbd).i64(1).op(W.I64Shl, W.I64Eqz, W.I32Or);
  }

  private callTo(insn: Insn, before: number): void {
    const { code } = this;
    code.get(L.T2).set(L.T);
    this.canonical(insn, before);
    this.pushNext(insn, before);
    code.get(L.T2).set(L.T);
    this.finish(before);
  }

  private pushNext(insn: Insn, before: number): void {
    this.code.get(L.PageVa).i64(insn.offset + insn.length).op(W.I64Add).set(L.T);
    this.push(insn, before);
  }

  /** Pushes T. */
  private push(insn: Insn, before: number): void {
    const { code } = this;
    code.get(4).i64(8).op(W.I64Sub);
    this.check(insn, before, 8, true);
    code.get(L.P).get(L.T);
    this.store(64);
    code.get(4).i64(8).op(W.I64Sub).set(4);
  }

  /** Is T an address that rip can hold? */
  private canonical(insn: Insn, before: number): void {
    this.code.get(L.T).i64(47).op(W.I64ShrU).i64(0).op(W.I64Ne);
    this.exit(insn, before);
  }

  private indirect(insn: Insn, before: number): void {
    this.canonical(insn, before);
    this.finish(before);
  }

  /** Leaves with rip = T; the branch has retired. */
  private finish(before: number): void {
    const { code } = this;
    code.get(L.Count).i32(before + 1).op(W.I32Add).set(L.Count);
    code.get(L.T).set(L.Rip).br(this.depth('exit'));
  }

  /** The interpreter executes it. */
  private step(insn: Insn, before: number): void {
    const { code } = this;
    stepped.set(insn.name, (stepped.get(insn.name) ?? 0) + 1);
    const used = this.usedRegisters();
    for (const r of used) this.written.add(r);
    for (const r of used) code.i32(0).get(r).mem(W.I64Store, MemoryMap.Cpu + 8 * r);
    const xmm = this.usedXmm();
    for (const x of xmm) code.i32(0).get(L.Xmm + x).op(0xfd, 11, 0).u(MemoryMap.Cpu + Cpu.Xmm + 16 * x);
    this.spillFlags(code);
    code.i32(insn.at).call(FN_STEP).set(L.Low);
    for (const x of xmm) code.i32(0).op(0xfd, 0, 0).u(MemoryMap.Cpu + Cpu.Xmm + 16 * x).set(L.Xmm + x);
    for (const r of used) code.i32(0).mem(W.I64Load, MemoryMap.Cpu + 8 * r).set(r);
    code.i32(0).mem(W.I64Load, MemoryMap.Cpu + Cpu.CcResult).set(L.CcR);
    code.i32(0).mem(W.I64Load, MemoryMap.Cpu + Cpu.CcA).set(L.CcA);
    code.i32(0).mem(W.I64Load, MemoryMap.Cpu + Cpu.CcB).set(L.CcB);
    code.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.CcOp).set(L.CcOp);
    code.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.CcBase).set(L.CcBase);
    code.i32(0).mem(W.I32Load, MemoryMap.Cpu + Cpu.CcRotated).set(L.CcRot);
    code.get(L.Low);
    this.exit(insn, before);
  }

  private alu(insn: Insn, before: number, needed: boolean, op: string, size: number, left: string, right: string): void {
    const { code } = this;
    const memory = left === 'M' || right === 'M';
    const stores = op !== 'cmp' && op !== 'test';
    if (memory) {
      this.ea(insn);
      this.check(insn, before, size / 8, left === 'M' && stores);
    }
    const operand = (kind: string): void => {
      if (kind === 'R') this.regSigned(insn.rm, size);
      else if (kind === 'G') this.regSigned(insn.reg, size);
      else if (kind === 'M') this.loadSigned(size);
      else code.i64(size === 8 ? (insn.imm << 24) >> 24 : size === 16 ? (insn.imm << 16) >> 16 : insn.imm);
    };
    const carry = op === 'adc' || op === 'sbb';
    if (carry) {
      this.cf();
      code.set(L.Low);
    }
    const logic = op === 'and' || op === 'or' || op === 'xor' || op === 'test';
    if (logic) {
      if (op === 'xor' && left === 'R' && right === 'G' && insn.rm === insn.reg && size >= 32) code.i64(0);
      else {
        operand(left);
        if (!(op === 'test' && left === 'R' && right === 'G' && insn.rm === insn.reg)) {
          operand(right);
          code.op(op === 'or' ? W.I64Or : op === 'xor' ? W.I64Xor : W.I64And);
        }
      }
      code.set(L.T3);
      if (needed) {
        code.get(L.T3).set(L.CcR);
        this.setKind(CcOp.Logic);
      }
    } else {
      operand(left);
      code.set(L.T);
      operand(right);
      code.set(L.T2);
      code.get(L.T).get(L.T2).op(op === 'add' || op === 'adc' ? W.I64Add : W.I64Sub);
      if (carry) code.get(L.Low).op(W.I64ExtendI32U, op === 'adc' ? W.I64Add : W.I64Sub);
      this.signExtend(size);
      code.set(L.T3);
      if (needed) {
        code.get(L.T3).set(L.CcR).get(L.T).set(L.CcA).get(L.T2).set(L.CcB);
        if (carry) code.i32(op === 'adc' ? CcOp.Adc1 : CcOp.Sbb1).i32(op === 'adc' ? CcOp.Add : CcOp.Sub).get(L.Low).op(W.Select).set(L.CcOp);
        else this.setKind(op === 'add' ? CcOp.Add : CcOp.Sub);
      }
    }
    if (!stores) return;
    if (left === 'M') {
      code.get(L.P).get(L.T3);
      this.store(size);
    } else {
      code.get(L.T3);
      this.setReg(left === 'R' ? insn.rm : insn.reg, size);
    }
  }

  private mov(insn: Insn, before: number, size: number, to: string, from: string): void {
    const { code } = this;
    if (to === 'M' || to === 'X') {
      this.ea(insn);
      this.check(insn, before, size / 8, true);
      code.get(L.P);
      if (from === 'I') code.i64(insn.imm);
      else this.byteOrRegister(insn.reg, size);
      return this.store(size);
    }
    if (from === 'M' || from === 'X') {
      this.ea(insn);
      this.check(insn, before, size / 8, false);
      this.loadUnsigned(size);
      return this.setReg(insn.reg, size);
    }
    if (to === 'Z') code.i64((BigInt(insn.disp >>> 0) << 32n) | BigInt(insn.imm >>> 0));
    else if (from === 'I') code.i64(insn.imm);
    else if (from === 'G') this.byteOrRegister(insn.reg, size);
    else this.byteOrRegister(insn.rm, size);
    this.setReg(to === 'R' || to === 'Z' ? insn.rm : insn.reg, size);
  }

  private unary(insn: Insn, needed: boolean, op: string, size: number): void {
    const { code } = this;
    if (op === 'not') {
      code.get(insn.rm >> 3).i64(-1).op(W.I64Xor);
      return this.setReg(insn.rm, size);
    }
    if ((op === 'inc' || op === 'dec') && needed) {
      this.cf();
      code.op(W.I64ExtendI32U).set(L.T2);
    }
    this.regSigned(insn.rm, size);
    code.set(L.T);
    if (op === 'neg') code.i64(0).get(L.T).op(W.I64Sub);
    else code.get(L.T).i64(1).op(op === 'inc' ? W.I64Add : W.I64Sub);
    this.signExtend(size);
    code.set(L.T3);
    if (needed) {
      code.get(L.T3).set(L.CcR);
      if (op === 'neg') code.i64(0).set(L.CcA).get(L.T).set(L.CcB);
      else code.get(L.T).set(L.CcA).get(L.T2).set(L.CcB);
      this.setKind(op === 'neg' ? CcOp.Sub : op === 'inc' ? CcOp.Inc : CcOp.Dec);
    }
    code.get(L.T3);
    this.setReg(insn.rm, size);
  }

  private imul(insn: Insn, before: number, needed: boolean, size: number, form: string): void {
    if (size === 64 && needed) return this.step(insn, before);
    const { code } = this;
    if (form === 'M') {
      this.ea(insn);
      this.check(insn, before, size / 8, false);
    }
    this.regSigned(form === 'R_I' ? insn.rm : insn.reg, size);
    if (form === 'R_I') code.i64(insn.imm);
    else if (form === 'M') this.loadSigned(size);
    else this.regSigned(insn.rm, size);
    code.op(W.I64Mul).set(L.T);
    if (needed) {
      code.get(L.T).op(W.I64Extend32S).tee(L.CcR).get(L.T).op(W.I64Ne, W.I64ExtendI32U).set(L.CcA).i64(0).set(L.CcB);
      this.setKind(CcOp.Mul);
    }
    code.get(L.T);
    this.setReg(insn.reg, size);
  }

  private shift(insn: Insn, needed: boolean, op: string, size: number): void {
    const { code } = this;
    const count = insn.imm & (size === 64 ? 63 : 31);
    const signed = op === 'sar';
    if (count === 0) {
      this.regUnsigned(insn.rm, size);
      return this.setReg(insn.rm, size);
    }
    if (op === 'rol' || op === 'ror') {
      code.get(insn.rm >> 3);
      if (size === 64) code.i64(count).op(op === 'rol' ? W.I64Rotl : W.I64Rotr);
      else code.op(W.I32WrapI64).i32(count).op(op === 'rol' ? W.I32Rotl : W.I32Rotr).op(W.I64ExtendI32U);
      code.set(L.T);
      if (needed) this.rotateFlags(op, size);
      code.get(L.T);
      return this.setReg(insn.rm, size);
    }
    if (signed) this.regSigned(insn.rm, size);
    else this.regUnsigned(insn.rm, size);
    code.set(L.T);
    const shiftOp = op === 'shl' ? W.I64Shl : signed ? W.I64ShrS : W.I64ShrU;
    code.get(L.T).i64(count).op(shiftOp);
    if (op === 'shl') this.signExtend(size);
    code.set(L.T3);
    if (needed) {
      code.get(L.T).i64(count - 1).op(shiftOp);
      this.signExtend(size);
      code.set(L.CcA).get(L.T3);
      this.signExtend(size);
      code.set(L.CcR).i64(0).set(L.CcB);
      this.setKind(op === 'shl' ? CcOp.Shl : signed ? CcOp.Sar : CcOp.Shr);
    }
    code.get(L.T3);
    this.setReg(insn.rm, size);
  }

  /** CF and OF of a rotate, whose result is in T; the others stay as they are. */
  private rotateFlags(op: string, size: number): void {
    const { code } = this;
    // The operation below stays known, also below another rotate.
    if (this.kind === DYN) {
      code.get(L.CcBase).get(L.CcOp).get(L.CcOp).i32(CcOp.Rotated).op(W.I32Eq, W.Select).set(L.CcBase);
    } else if (this.kind !== CcOp.Rotated) code.i32(this.kind).set(L.CcBase);
    this.setKind(CcOp.Rotated);
    const bit = (n: number): void => void code.get(L.T).i64(n).op(W.I64ShrU, W.I32WrapI64).i32(1).op(W.I32And);
    if (op === 'rol') {
      bit(0);
      code.tee(L.Low);
      bit(size - 1);
    } else {
      bit(size - 1);
      code.tee(L.Low);
      bit(size - 2);
    }
    code.op(W.I32Xor).i32(11).op(W.I32Shl).get(L.Low).op(W.I32Or).set(L.CcRot);
  }

  private shiftByCl(insn: Insn, op: string, size: number): void {
    const { code } = this;
    const signed = op === 'sar';
    code.get(1).i64(size === 64 ? 63 : 31).op(W.I64And).set(L.T2);
    if (signed) this.regSigned(insn.rm, size);
    else this.regUnsigned(insn.rm, size);
    code.set(L.T);
    const shiftOp = op === 'shl' ? W.I64Shl : signed ? W.I64ShrS : W.I64ShrU;
    code.get(L.T).get(L.T2).op(shiftOp);
    code.set(L.T3);
    code.get(L.T2).i64(0).op(W.I64Ne).op(W.If, W.Void);
    code.get(L.T).get(L.T2).i64(1).op(W.I64Sub).op(shiftOp);
    this.signExtend(size);
    code.set(L.CcA).get(L.T3);
    this.signExtend(size);
    code.set(L.CcR).i64(0).set(L.CcB);
    this.setKind(op === 'shl' ? CcOp.Shl : signed ? CcOp.Sar : CcOp.Shr);
    code.op(W.End);
    code.get(L.T3);
    this.setReg(insn.rm, size);
  }

  // Flags.

  /** CF as i32. */
  private cf(): void {
    const { code } = this;
    switch (this.kind) {
      case CcOp.Logic:
        code.i32(0);
        return;
      case CcOp.Add:
        code.get(L.CcR).get(L.CcA).op(W.I64LtU);
        return;
      case CcOp.Sub:
        code.get(L.CcA).get(L.CcB).op(W.I64LtU);
        return;
      case CcOp.Inc:
      case CcOp.Dec:
        code.get(L.CcB).i64(0).op(W.I64Ne);
        return;
      case CcOp.Shl:
        code.get(L.CcA).i64(0).op(W.I64LtS);
        return;
      case CcOp.Shr:
      case CcOp.Sar:
      case CcOp.Mul:
        code.get(L.CcA).i64(1).op(W.I64And, W.I32WrapI64);
        return;
      case CcOp.Rotated:
        code.get(L.CcRot).i32(1).op(W.I32And);
        return;
      case CcOp.Explicit:
        code.get(L.CcA).i64(1).op(W.I64And, W.I32WrapI64);
        return;
      default:
        this.spillFlags(code);
        code.i32(2).call(FN_COND);
    }
  }

  /** The condition as i32. */
  private condition(cc: number): void {
    const { code, kind } = this;
    const negate = (): void => {
      if (cc & 1) code.op(W.I32Eqz);
    };
    const zero = (): void => void code.get(L.CcR).op(W.I64Eqz);
    switch (cc >> 1) {
      case 2:
        zero();
        return negate();
      case 1:
        if (kind !== DYN) {
          this.cf();
          return negate();
        }
        break;
      case 3:
        if (kind === CcOp.Sub) code.get(L.CcA).get(L.CcB).op(W.I64LeU);
        else if (kind === DYN) break;
        else {
          zero();
          this.cf();
          code.op(W.I32Or);
        }
        return negate();
      case 4:
        if (kind === DYN || kind === CcOp.Rotated || kind === CcOp.Explicit) break;
        code.get(L.CcR).i64(0).op(W.I64LtS);
        return negate();
      case 6:
        if (kind === CcOp.Sub) code.get(L.CcA).get(L.CcB).op(W.I64LtS);
        else if (kind === CcOp.Logic || kind === CcOp.Sar) code.get(L.CcR).i64(0).op(W.I64LtS);
        else break;
        return negate();
      case 7:
        if (kind === CcOp.Sub) code.get(L.CcA).get(L.CcB).op(W.I64LeS);
        else if (kind === CcOp.Logic || kind === CcOp.Sar) code.get(L.CcR).i64(0).op(W.I64LeS);
        else break;
        return negate();
    }
    if (cc >> 1 === 5 && kind === CcOp.Explicit) {
      code.get(L.CcA).i64(4).op(W.I64And).i64(0).op(W.I64Ne);
      return negate();
    }
    this.spillFlags(code);
    code.i32(cc).call(FN_COND);
  }
}

function f64(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}

/** What leaves the flags after an instruction. */
function nextKind(insn: Insn, kind: number): number {
  const { name } = insn;
  if (!isInline(name)) return DYN;
  if (isSse(name)) return /^u?comis/.test(name) ? CcOp.Explicit : kind;
  const m = /^([a-z]+?)(8|16|32|64)_/.exec(name);
  switch (m?.[1]) {
    case 'add':
      return CcOp.Add;
    case 'sub':
    case 'cmp':
    case 'neg':
      return CcOp.Sub;
    case 'and':
    case 'or':
    case 'xor':
    case 'test':
      return CcOp.Logic;
    case 'adc':
    case 'sbb':
      return DYN;
    case 'inc':
      return CcOp.Inc;
    case 'dec':
      return CcOp.Dec;
    case 'imul':
      return m[2] === '64' ? DYN : CcOp.Mul;
    case 'shl':
    case 'shr':
    case 'sar':
      if (name.endsWith('_C')) return DYN;
      if ((insn.imm & (m[2] === '64' ? 63 : 31)) === 0) return kind;
      return m[1] === 'shl' ? CcOp.Shl : m[1] === 'shr' ? CcOp.Shr : CcOp.Sar;
    case 'rol':
    case 'ror':
      return (insn.imm & (m[2] === '64' ? 63 : 31)) === 0 ? kind : CcOp.Rotated;
    default:
      return kind;
  }
}

/** For each instruction: may anybody see the flags that it leaves? */
function flagsNeeded(block: Block): boolean[] {
  const needed: boolean[] = [];
  let live = true;
  for (let i = block.insns.length - 1; i >= 0; i--) {
    const insn = block.insns[i]!;
    needed[i] = live;
    if (setsAllFlags(insn)) live = false;
    if (readsFlags(insn) || mayExit(insn)) live = true;
  }
  return needed;
}
