import { W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { mnemonic } from './names.js';
import { V128 } from './opcodes.js';
import { F32, F64, type SseInsn, SseOperands } from './operands.js';

const whole = /^mov([au]p[sd]|dq[au]|nt(ps|pd|dq))$/;
/** The ModRM.rm operand is the destination. */
const stores = /^mov\w+_([MWE]\w*_V|R_V)/;

/** Moves. Between registers movss and movsd replace the low element only; a load, movd and movq clear the rest. */
export abstract class SseMoves extends SseOperands {
  protected move(s: SseInsn): void {
    const { insn, v, w, isReg } = s;
    const { code } = this;
    const { name } = insn;
    const m = mnemonic(name);
    const isStore = stores.test(name);
    if (whole.test(m)) {
      const aligned = !/^movu|^movdqu/.test(m);
      if (isReg) this.copy(isStore ? w : v, isStore ? v : w);
      else if (isStore) this.store128(s, aligned);
      else {
        this.load128(s, aligned);
        code.set(v);
      }
      return;
    }
    switch (m) {
      case 'movss':
      case 'movsd': {
        const bits = m === 'movss' ? 32 : 64;
        if (!isReg) return isStore ? this.storeLow(s, bits) : this.loadZero(s, bits);
        const [to, from] = isStore ? [w, v] : [v, w];
        const precision = bits === 32 ? F32 : F64;
        this.lowOf(from, precision);
        code.set(precision.r);
        return this.setLow({ ...s, v: to }, precision, precision.r);
      }
      case 'movq':
        if (!isReg) return isStore ? this.storeLow(s, 64) : this.loadZero(s, 64);
        this.zero();
        code.get(isStore ? v : w);
        this.lane(V128.F64x2ExtractLane, 0);
        this.lane(V128.F64x2ReplaceLane, 0);
        code.set(isStore ? w : v);
        return;
      case 'movd':
      case 'movq32':
      case 'movq64':
        return this.general(s, isStore, m === 'movq64' || name.endsWith('_64') ? 64 : 32);
      case 'movnti': {
        const size = name.endsWith('_64') ? 64 : 32;
        this.access(insn, s.before, size / 8, true);
        code.get(L.P).get(insn.reg >> 3);
        return this.store(size);
      }
      case 'movlps':
      case 'movlpd':
        return isStore ? this.storeLow(s, 64) : this.loadHalf(s, 0);
      case 'movhps':
      case 'movhpd':
      case 'movhigh':
        return isStore ? this.storeHigh(s) : this.loadHalf(s, 1);
      case 'movhlps':
        return this.half(v, 0, w, 1);
      case 'movlhps':
        return this.half(v, 1, w, 0);
      default:
        code.get(w);
        this.simd(m === 'pmovmskb' ? V128.I8x16Bitmask : m === 'movmskps' ? V128.I32x4Bitmask : V128.I64x2Bitmask);
        code.op(W.I64ExtendI32U);
        this.setReg(insn.reg, 32);
    }
  }

  /** movd and movq between an xmm register and a general register or memory. */
  private general(s: SseInsn, isStore: boolean, bits: number): void {
    const { insn, v, isReg } = s;
    const { code } = this;
    if (!isReg) return isStore ? this.storeLow(s, bits) : this.loadZero(s, bits);
    if (isStore) {
      code.get(v);
      this.lane(V128.I64x2ExtractLane, 0);
      return this.setReg(insn.rm, bits);
    }
    this.zero();
    this.regUnsigned(insn.rm, bits);
    this.lane(V128.I64x2ReplaceLane, 0);
    code.set(v);
  }

  private loadZero({ insn, before, v }: SseInsn, bits: number): void {
    this.access(insn, before, bits / 8, false);
    this.code.get(L.P);
    this.vectorMemory(bits === 32 ? V128.Load32Zero : V128.Load64Zero);
    this.code.set(v);
  }

  private storeLow({ insn, before, v }: SseInsn, bits: number): void {
    this.access(insn, before, bits / 8, true);
    const precision = bits === 32 ? F32 : F64;
    if (this.hasLow(v, precision)) {
      this.code.get(L.P);
      this.lowOf(v, precision);
      this.code.mem(precision.store, this.offset);
      return;
    }
    this.code.get(L.P).get(v);
    this.vectorMemory(bits === 32 ? V128.Store32Lane : V128.Store64Lane);
    this.code.data(0);
  }

  private storeHigh({ insn, before, v }: SseInsn): void {
    this.access(insn, before, 8, true);
    this.code.get(L.P).get(v);
    this.vectorMemory(V128.Store64Lane);
    this.code.op(1);
  }

  private loadHalf(s: SseInsn, half: number): void {
    const { insn, before, v, w, isReg } = s;
    if (isReg) return this.half(v, half, w, 0);
    this.access(insn, before, 8, false);
    this.code.get(v).get(L.P);
    this.code.mem(W.I64Load, this.offset);
    this.lane(V128.I64x2ReplaceLane, half);
    this.code.set(v);
  }

  /** One half of a register := one of another. */
  private half(to: number, toHalf: number, from: number, fromHalf: number): void {
    const { code } = this;
    const half = (base: number): number[] => Array.from({ length: 8 }, (_, i) => base + i);
    const taken = half(16 + 8 * fromHalf);
    this.shuffle(to, from, toHalf === 0 ? [...taken, ...half(8)] : [...half(0), ...taken]);
    code.set(to);
  }
}
