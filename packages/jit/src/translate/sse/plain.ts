import { UopFlag } from '@ring3/abi';
import type { Block, Insn } from '../../region.js';
import { mnemonic, themeOf, Theme } from './names.js';

/** What is known of an xmm register: elements that are plain, i.e. normal, infinite or zero, neither denormal nor NaN. */
export const enum Plain {
  /** The low double. */
  Sd = 1,
  /** The low single. */
  Ss = 2,
  /** Both doubles. */
  Pd = 4,
  /** All four singles. */
  Ps = 8,
}

/** A register that holds zeros. */
const ALL = Plain.Sd | Plain.Ss | Plain.Pd | Plain.Ps;

/** What is known of the operands of an instruction: of ModRM.reg, of ModRM.rm. */
export interface PlainOperands {
  readonly v: number;
  readonly w: number;
}

/** Addresses with these are the interpreter's (sse.ts). */
export const BY_INTERPRETER = UopFlag.Fs | UopFlag.Gs | UopFlag.Addr32 | UopFlag.RipWide;

const NONE: PlainOperands = { v: 0, w: 0 };

/**
 * Which operands need no check, because the instructions before them in the block have looked at them or made them. A block is entered
 * only at its start, and nothing is known there.
 */
export class PlainOperandsOf {
  private readonly known = new Map<Insn, PlainOperands>();

  /** @param stepped is it the interpreter's, though it has a translation? */
  constructor(blocks: ReadonlyMap<number, Block>, stepped: (insn: Insn) => boolean) {
    for (const { insns } of blocks.values()) {
      const state = new Uint8Array(16);
      for (const insn of insns) {
        const v = (insn.reg >> 4) & 15;
        const w = (insn.rm >> 4) & 15;
        const before = this.known.get(insn);
        const now = { v: state[v]!, w: state[w]! };
        this.known.set(insn, before ? { v: before.v & now.v, w: before.w & now.w } : now);
        if (stepped(insn)) state.fill(0);
        else after(insn, state, v, w);
      }
    }
  }

  get(insn: Insn): PlainOperands {
    return this.known.get(insn) ?? NONE;
  }
}

/** An element of the low double or single has become plain; the rest stays. */
function lowBits(bits: number, low: Plain): number {
  return low === Plain.Sd ? (bits & Plain.Pd) | Plain.Sd : (bits & Plain.Ps) | Plain.Ss;
}

function after(insn: Insn, state: Uint8Array, v: number, w: number): void {
  const { name } = insn;
  const theme = themeOf(name);
  if (theme === undefined) {
    // Integer instructions leave the xmm registers alone, what is called does not.
    if (/_[VWU]|^(call|jmp|ret|\?)/.test(name)) state.fill(0);
    return;
  }
  const isReg = (insn.flags & UopFlag.RmReg) !== 0;
  if (!isReg && insn.flags & BY_INTERPRETER) {
    state[v] = 0;
    return;
  }
  const m = mnemonic(name);
  switch (theme) {
    case Theme.ScalarFloat: {
      const low = m.endsWith('d') ? Plain.Sd : Plain.Ss;
      if (isReg && w !== v) state[w]! |= low;
      state[v] = lowBits(state[v]!, low);
      return;
    }
    case Theme.PackedFloat: {
      const all = m.endsWith('d') ? Plain.Pd | Plain.Sd : Plain.Ps | Plain.Ss;
      if (isReg && w !== v) state[w]! |= all;
      state[v] = all;
      return;
    }
    case Theme.Compare:
      if (m.startsWith('comis')) {
        const low = m === 'comisd' ? Plain.Sd : Plain.Ss;
        state[v]! |= low;
        if (isReg) state[w]! |= low;
      } else if (m.startsWith('cmp')) state[v] = 0;
      return;
    case Theme.Conversion:
      if (m.startsWith('cvtsi2sd') || m === 'cvtss2sd') state[v] = lowBits(state[v]!, Plain.Sd);
      else if (m === 'cvtsi2ss' || m === 'cvtsd2ss') state[v] = lowBits(state[v]!, Plain.Ss);
      else if (m === 'cvtdq2pd' || m === 'cvtps2pd') state[v] = Plain.Pd | Plain.Sd;
      else if (m === 'cvtdq2ps' || m === 'cvtpd2ps') state[v] = Plain.Ps | Plain.Ss;
      else if (!m.endsWith('si') && !m.includes('si')) state[v] = 0;
      return;
    case Theme.Control:
      return;
    case Theme.Move:
      moved(m, name, state, v, w, isReg);
      return;
    case Theme.Integer:
      if (isReg && v === w && /^(pxor|xorp[sd])$/.test(m)) state[v] = ALL;
      else state[name.endsWith('_Ib') ? w : v] = 0;
      return;
    case Theme.Shuffle:
      if (m === 'pextrw') return;
      state[/^p[sl][lr]ldq/.test(m) ? w : v] = shuffled(m, state[v]!, isReg ? state[w]! : 0);
  }
}

/** Elements stay whole where they are at least as wide as the shuffle's. */
function shuffled(m: string, v: number, w: number): number {
  const wide = /^(unpck[lh]pd|shufpd|punpck[lh]qdq)$/.test(m);
  if (m === 'unpcklpd' || m === 'punpcklqdq') return (v & w & (Plain.Sd | Plain.Ps | Plain.Ss)) | (v & w & Plain.Sd ? Plain.Pd : 0);
  const narrow = m === 'pshufd' ? w : v & w;
  const bits = narrow & Plain.Ps ? Plain.Ps | Plain.Ss : 0;
  if (wide) return bits | (v & w & Plain.Pd ? Plain.Pd | Plain.Sd : 0);
  return /^(unpck[lh]ps|shufps|punpck[lh]dq|pshufd)$/.test(m) ? bits : 0;
}

const WHOLE = /^mov([au]p[sd]|dq[au])$/;

function moved(m: string, name: string, state: Uint8Array, v: number, w: number, isReg: boolean): void {
  const store = /_([MWE]\w*_V|R_V)/.test(name);
  if (/^movmsk|^pmovmsk|^movnt/.test(m)) return;
  if (!isReg) {
    if (!store) state[v] = m === 'movhigh' || m === 'movhps' || m === 'movhpd' ? state[v]! & (Plain.Sd | Plain.Ss) : 0;
    return;
  }
  if (WHOLE.test(m)) {
    if (store) state[w] = state[v]!;
    else state[v] = state[w]!;
    return;
  }
  if (m === 'movsd' || m === 'movss') {
    const low = m === 'movsd' ? Plain.Sd : Plain.Ss;
    const [to, from] = store ? [w, v] : [v, w];
    state[to] = state[from]! & low ? lowBits(state[to]!, low) : 0;
    return;
  }
  if (m === 'movq' && name.startsWith('movq_')) {
    // The high half becomes zero.
    const [to, from] = store ? [w, v] : [v, w];
    state[to] = state[from]! & Plain.Sd ? Plain.Sd | Plain.Pd : 0;
    return;
  }
  if (m === 'movlhps') {
    const bits = state[v]! & state[w]!;
    state[v] = (bits & (Plain.Ps | Plain.Ss)) | (bits & Plain.Sd ? Plain.Sd | Plain.Pd : 0);
    return;
  }
  // movd and movq to a general register leave the xmm registers alone.
  if (store) return;
  state[v] = 0;
}
