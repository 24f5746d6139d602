import { Cpu, UopFlag } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { FlagsEmitter } from '../flags.js';
import { L } from '../locals.js';
import { doubles, type Precision, singles, V128 } from './opcodes.js';

export const F64: Precision = { ...doubles, a: L.D, b: L.D2, r: L.D3 };
export const F32: Precision = { ...singles, a: L.S, b: L.S2, r: L.S3 };

/** Locals of packed operations: second operand from memory, result. */
export const enum Packed {
  Source = L.V2,
  Result = L.V3,
}

/** An instruction with its xmm operands. */
export interface SseInsn {
  readonly insn: Insn;
  /** Instructions of the block before it. */
  readonly before: number;
  /** Locals of the xmm registers in ModRM.reg and ModRM.rm. */
  readonly v: number;
  readonly w: number;
  /** ModRM.rm is a register. */
  readonly isReg: boolean;
}

/** Operands of SSE instructions. */
export abstract class SseOperands extends FlagsEmitter {
  protected simd(opcode: number): void {
    this.code.op(0xfd).u(opcode);
  }

  protected vectorMemory(opcode: V128): void {
    this.code.op(0xfd).u(opcode).data(0).u(this.offset);
  }

  protected operandsOf(insn: Insn, before: number): SseInsn {
    return {
      insn,
      before,
      v: L.Xmm + ((insn.reg >> 4) & 15),
      w: L.Xmm + ((insn.rm >> 4) & 15),
      isReg: (insn.flags & UopFlag.RmReg) !== 0,
    };
  }

  /**
   * Leaves where a 16-byte operand that `access` has checked is misaligned: #GP(0) is the interpreter's. Where it is not, all of it lies in the page
   * of its first byte.
   */
  protected aligned({ insn, before }: SseInsn): void {
    const { code } = this;
    const hasBase = insn.rm < 0x80;
    if ((insn.index & 0xf8) === Cpu.Zero && (hasBase || insn.rm === Cpu.PageVa)) {
      // Of an address in the region's pages it is known; a register is looked at once for several operands.
      const low = insn.disp & 15;
      if (!hasBase && low === 0) return;
      if (hasBase) {
        code.get(insn.rm >> 3).op(W.I32WrapI64);
        if (low !== 0) code.i32(low).op(W.I32Add);
        code.i32(15).op(W.I32And);
      } else code.i32(1);
    } else {
      // Pages of the guest begin where the host's do.
      code.get(L.P);
      if (this.offset & 15) code.i32(this.offset & 15).op(W.I32Add);
      code.i32(15).op(W.I32And);
    }
    this.exit(insn, before);
  }

  protected load128(s: SseInsn, aligned: boolean): void {
    this.access(s.insn, s.before, aligned ? 1 : 16, false);
    if (aligned) this.aligned(s);
    this.code.get(L.P);
    this.vectorMemory(V128.Load);
  }

  protected store128(s: SseInsn, aligned: boolean): void {
    this.access(s.insn, s.before, aligned ? 1 : 16, true);
    if (aligned) this.aligned(s);
    this.code.get(L.P).get(s.v);
    this.vectorMemory(V128.Store);
  }

  /** The 16 bytes of a W operand, which must be aligned in memory. */
  protected source(s: SseInsn): void {
    if (s.isReg) this.code.get(s.w);
    else this.load128(s, true);
  }

  /** The same as a local. */
  protected sourceLocal(s: SseInsn): number {
    if (s.isReg) return s.w;
    this.load128(s, true);
    this.code.set(Packed.Source);
    return Packed.Source;
  }

  /** 8 bytes of a W operand, zero-extended where they come from memory; of a register all 16. */
  protected sourceLow(s: SseInsn): void {
    if (s.isReg) this.code.get(s.w);
    else {
      this.access(s.insn, s.before, 8, false);
      this.code.get(L.P);
      this.vectorMemory(V128.Load64Zero);
    }
  }

  /** A scalar W operand, as f32 or f64. */
  protected sourceScalar(s: SseInsn, precision: Precision): void {
    if (s.isReg) return this.lowOf(s.w, precision);
    const { bytes, load } = precision;
    this.access(s.insn, s.before, bytes, false);
    this.code.get(L.P).mem(load, this.offset);
  }

  /** Registers whose low element is in a local of its own too, from where operations take it: how often they had been set then. */
  private readonly lows = { doubles: new Map<number, number>(), singles: new Map<number, number>() };

  /** At the beginning of a block no low element is in a local of its own. */
  protected forgetLows(): void {
    this.lows.doubles.clear();
    this.lows.singles.clear();
  }

  private lowsOf({ bytes }: Precision): Map<number, number> {
    return bytes === 8 ? this.lows.doubles : this.lows.singles;
  }

  /** The local for the low element of a register. */
  private lowLocal(register: number, { bytes }: Precision): number {
    return register - L.Xmm + (bytes === 8 ? L.Doubles : L.Singles);
  }

  /** Is the low element of a register in its local? */
  protected hasLow(register: number, precision: Precision): boolean {
    return this.lowsOf(precision).get(register) === this.code.versions[register];
  }

  /** The low element of a register is in its local from here on. */
  private noteLow(register: number, precision: Precision): void {
    this.lowsOf(precision).set(register, this.code.versions[register]!);
  }

  /** The low element of a register, as f32 or f64. */
  protected lowOf(register: number, precision: Precision): void {
    const { code } = this;
    const local = this.lowLocal(register, precision);
    if (this.hasLow(register, precision)) {
      code.get(local);
      return;
    }
    code.get(register);
    this.lane(precision.extractLane, 0);
    if (code.nested) return;
    code.tee(local);
    this.noteLow(register, precision);
  }

  /** The low element of the ModRM.reg register := a local. */
  protected setLow({ v }: SseInsn, precision: Precision, local: number): void {
    const { code } = this;
    code.get(v).get(local);
    this.lane(precision.replaceLane, 0);
    code.set(v);
    if (code.nested) return;
    code.get(local).set(this.lowLocal(v, precision));
    this.noteLow(v, precision);
  }

  /** A register := another. */
  protected copy(to: number, from: number): void {
    const { code } = this;
    const had = [F64, F32].filter((precision) => this.hasLow(from, precision));
    code.get(from).set(to);
    if (to === from || code.nested) return;
    for (const precision of had) {
      code.get(this.lowLocal(from, precision)).set(this.lowLocal(to, precision));
      this.noteLow(to, precision);
    }
  }

  protected lane(opcode: V128, lane: number): void {
    this.simd(opcode);
    this.code.data(lane);
  }

  protected zero(): void {
    this.simd(V128.Const);
    this.code.data(...Array.from({ length: 16 }, () => 0));
  }

  /** Picks bytes of two locals: 0–15 of the first, 16–31 of the second. */
  protected shuffle(first: number, second: number, lanes: readonly number[]): void {
    this.code.get(first).get(second);
    this.simd(V128.I8x16Shuffle);
    this.code.data(...lanes);
  }
}
