import { UopFlag } from '@ring3/abi';
import type { Insn } from '../region.js';
import { W } from '../wasm-encoder.js';
import { mnemonic } from './classify.js';
import { FlagsEmitter } from './flags.js';
import { CcOp, L } from './locals.js';
import { packed, scalarDouble, shifts, shuffles } from './sse-tables.js';

/**
 * SSE and SSE2. Scalar doubles are computed here while nothing but the inexact flag, which is set already (the region's guard), can come
 * of them: operands and result neither denormal, infinite nor NaN. All else is the interpreter's.
 */
export abstract class SseEmitter extends FlagsEmitter {
  /** Is the source a register? Hot moves say so by their name, the others by their flags. */
  protected simd(opcode: number): void {
    this.code.op(0xfd).u(opcode);
  }

  protected sse(insn: Insn, before: number): void {
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
      this.access(insn, before, 16, false);
      if (aligned) align();
      code.get(L.P).op(0xfd, 0, 0).u(this.offset);
    };
    const source = (): void => {
      if (isReg) code.get(w);
      else load(true);
    };
    // Moves.
    const moves = /^(movaps|movups|movapd|movupd|movdqa|movdqu)_/.exec(name);
    if (moves) {
      const aligned = /^mov(a|dqa)/.test(name);
      const stores = hot ? name.endsWith('_M_V') : /_W[a-z]+_V/.test(name);
      const register = hot ? name.endsWith('_V_R') : isReg;
      if (register) code.get(stores ? v : w).set(stores ? w : v);
      else if (stores) {
        this.access(insn, before, 16, true);
        if (aligned) align();
        code.get(L.P).get(v).op(0xfd, 11, 0).u(this.offset);
      } else {
        load(aligned);
        code.set(v);
      }
      return;
    }
    const load64 = (): void => {
      this.access(insn, before, 8, false);
      code.get(L.P).op(0xfd, 0x5d, 0).u(this.offset);
    };
    const store64 = (): void => {
      this.access(insn, before, 8, true);
      code.get(L.P).get(v).op(0xfd, 0x5b, 0).u(this.offset).op(0);
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
        this.access(insn, before, 4, false);
        code.get(L.P).op(0xfd, 0x5c, 0).u(this.offset).set(v);
        return;
      case 'movss_M_V':
        this.access(insn, before, 4, true);
        code.get(L.P).get(v).op(0xfd, 0x5a, 0).u(this.offset).op(0);
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
        this.access(insn, before, 8, false);
        code.get(v).get(L.P).mem(W.I64Load, this.offset).op(0xfd, 0x1e, 1).set(v);
        return;
      case 'cvtsi2sd32':
      case 'cvtsi2sd64': {
        const wide = name.endsWith('64');
        if (isReg) code.get(insn.rm >> 3);
        else {
          this.access(insn, before, wide ? 8 : 4, false);
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
        code
          .get(L.D)
          .op(0x99)
          .op(0x44)
          .op(...f64(wide ? 2 ** 63 : 2 ** 31))
          .op(0x63)
          .op(W.I32Eqz);
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
      code
        .get(L.V)
        .get(L.V)
        .op(0xfd, 0x0d, ...lanes)
        .set(v);
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

  protected zero(): void {
    this.code.op(0xfd, 12).op(...Array.from({ length: 16 }, () => 0));
  }

  /** The source of a scalar operation, as f64. */
  protected scalarSource(insn: Insn, before: number, isReg: boolean, w: number): void {
    const { code } = this;
    if (isReg) code.get(w).op(0xfd, 0x21, 0);
    else {
      this.access(insn, before, 8, false);
      code.get(L.P).op(0x2b, 0).u(this.offset);
    }
  }

  /** Is the local neither zero, denormal, infinite nor NaN? Then nothing but PE can come of it. */
  protected normal(local: number): void {
    this.code
      .get(local)
      .op(0xbd)
      .i64(1)
      .op(W.I64Shl)
      .i64(1n << 53n)
      .op(W.I64Add)
      .i64(1n << 54n)
      .op(W.I64GeU);
  }

  protected normalOrZero(local: number): void {
    this.normal(local);
    this.code.get(local).op(0xbd).i64(1).op(W.I64Shl, W.I64Eqz, W.I32Or);
  }
}

function f64(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}
