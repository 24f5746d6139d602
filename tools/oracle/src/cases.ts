import type { Row } from '@ring3/isa';
import type { Shape } from '../../../packages/isa/dist/shape.js';
import type { Base, Kind } from './bases.js';
import { Draft } from './draft.js';
import { encode, formsOf, type Form, type Wishes } from './encode.js';
import { imageOffset, Place, Word } from './layout.js';
import { prepareOperands, prepareRegisters } from './prepare.js';
import { Random } from './random.js';
import { STATUS_FLAGS, undefinedFlagsOf } from './undefined.js';
import type { Input } from './vectors.js';

/** From a row of the opcode map to cases. Everything follows from the seed. */
export interface Setting {
  readonly memory: Uint8Array;
  readonly bases: readonly Base[];
  readonly perForm: number;
  readonly seed: number;
}

/** What the row's operands look like. */
function kindOf({ feature, mnemonic, from }: Row): Kind {
  if (from?.startsWith('fpu/')) return 'extended';
  if (!/^(sse|mmx)/.test(feature)) return 'integer';
  if (mnemonic.startsWith('cvt')) return /^cvtt?[ps]s2/.test(mnemonic) ? 'single' : /^cvtt?[ps]d2/.test(mnemonic) ? 'double' : 'integer';
  if (/[ps]s$/.test(mnemonic)) return 'single';
  return /[ps]d$/.test(mnemonic) && !/^p(sub|add|unpck|shuf|cmp|s[rl]|mu|ma)/.test(mnemonic) ? 'double' : 'integer';
}

/**
 * Memory operands that fault: behind, before and across the data pages, in the read-only page, and where no address can be.
 * Images of several dozen bytes do not lie across an edge: which piece a processor touches first shows in cr2.
 */
function faultingAddress({ mnemonic }: Row, r: Random): bigint {
  switch (/^f(ldenv|nstenv|rstor|nsave)$/.test(mnemonic) ? r.pick([0, 4, 7]) : r.below(8)) {
    case 0:
      return BigInt(Place.DataEnd + 16 * r.below(8));
    case 1:
    case 2:
      return BigInt(Place.DataEnd - r.pick([1, 2, 3, 4, 6, 7, 8, 10, 15]));
    case 3:
      return BigInt(Place.Data - r.pick([1, 2, 4, 7, 8, 16]));
    case 4:
    case 5:
      return BigInt(Place.ReadOnly + 16 * r.below(100));
    case 6:
      return BigInt(Place.ReadOnly + 0x1000 - r.pick([1, 3, 8]));
    default:
      return r.pick([0x8000_0000_0000n, 0xffff_7fff_ffff_f000n, 0x4000_0000_0000_0000n, 0x7fff_ffff_ffff_fffcn]);
  }
}

/** For so many cases, one more that faults. */
const FAULTS = 8;

const STACK = /^(push|pop|call|ret|leave|enter|pushf|popf)$/;

/** Implicit addresses of a row: registers to lead astray. Not maskmov's: which of its bytes can fault depends on the implementation (SDM). */
function implicitAddresses({ mnemonic, attributes, operands }: Row): Word[] {
  if (STACK.test(mnemonic)) return mnemonic === 'leave' ? [Word.Rbp] : [Word.Rsp];
  if (mnemonic === 'xlat') return [Word.Rbx];
  if (!attributes?.includes('rep')) return [];
  return [...(operands.includes('X') ? [Word.Rsi] : []), ...(operands.includes('Y') ? [Word.Rdi] : [])];
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

class RowCases {
  readonly #r: Random;
  readonly #bases: readonly number[];

  constructor(
    readonly shape: Shape,
    readonly setting: Setting,
  ) {
    this.#r = new Random(setting.seed ^ hash(shape.row.opcode + shape.row.mnemonic + shape.row.operands));
    const kind = kindOf(shape.row);
    const all = setting.bases.map((base, index) => ({ base, index }));
    const fitting = all.filter(({ base }) => base.kind === kind);
    this.#bases = (fitting.length ? fitting : all).map(({ index }) => index);
  }

  #draft(): Draft {
    const index = this.#r.below(8) ? this.#r.pick(this.#bases) : this.#r.below(this.setting.bases.length);
    return new Draft(this.setting.bases[index]!, index, this.setting.memory);
  }

  #finish(form: Form, draft: Draft, wishes: Wishes): Input {
    const { row } = this.shape;
    const encoded = encode(this.shape, form, draft, this.#r, wishes);
    prepareOperands(row, form, encoded, draft, this.#r);
    draft.code = encoded.bytes;
    draft.undefinedFlags = undefinedFlagsOf(row, form.size ?? 32, encoded.immediate, Number(draft.get(Word.Rcx) & 0xffn));
    return draft.finish();
  }

  plain(form: Form): Input {
    const draft = this.#draft();
    prepareRegisters(this.shape.row, form, draft, this.#r);
    const lockable = form.place === 'mem' && this.shape.row.attributes?.includes('lock') === true;
    return this.#finish(form, draft, { lock: lockable && this.#r.below(8) === 0 });
  }

  /** A case that faults, most likely; null: the form has no way to, or processors differ. */
  faulting(form: Form): Input | null {
    const r = this.#r;
    const { row } = this.shape;
    // AMD's read four bytes for 66 63, Intel's two; LOCK MOV CR0 is AMD's other name of CR8.
    if ((row.mnemonic === 'movsxd' && form.size === 16) || row.operands.includes('Cq')) return null;
    const implicit = implicitAddresses(row);
    const choices = [
      ...(form.place === 'mem' ? ['operand', 'operand', 'operand'] : []),
      ...(implicit.length ? ['implicit', 'implicit'] : []),
      'lock',
    ];
    const draft = this.#draft();
    prepareRegisters(row, form, draft, r);
    const at = faultingAddress(row, r);
    // A target that is not canonical and a stack that faults: Intel's raise #GP, AMD's #PF.
    if (row.mnemonic === 'call' && imageOffset(Number(at)) !== null) return null;
    switch (r.pick(choices)) {
      case 'operand':
        return this.#finish(form, draft, { at });
      case 'implicit': {
        draft.set(r.pick(implicit), STACK.test(row.mnemonic) && r.below(2) ? at + 8n : at);
        const input = this.#finish(form, draft, {});
        // Where a repetition faults, the SDM (REP) brings back the flags from before, AMD's processors leave those of the last comparison.
        return /^(cmps|scas)$/.test(row.mnemonic) ? { ...input, undefinedFlags: STATUS_FLAGS } : input;
      }
      default:
        return implicit.length || r.below(4) ? null : this.#finish(form, draft, { lock: true });
    }
  }

  all(): Input[] {
    return formsOf(this.shape).flatMap((form) => {
      const { perForm } = this.setting;
      const plain = Array.from({ length: perForm }, () => this.plain(form));
      const faults = Array.from({ length: Math.ceil(perForm / FAULTS) }, () => this.faulting(form)).filter((one) => one !== null);
      return [...plain, ...faults];
    });
  }
}

export function casesOf(shape: Shape, setting: Setting): Input[] {
  return new RowCases(shape, setting).all();
}
