import type { CoreNames } from './generate.js';
import { HEADER, PSEUDO_OPS, type Op } from './emit-ops.js';

const NONE = 'NO_HOT_OP';

/** Instructions behind which no straight run goes on. */
const BLOCK_ENDS = /^(jmp|call|ret|retf[wq]?|iret[wq]?|syscall|int|int1|int3|ud[012]|hlt|sys(ret|enter|exit))$/;

function isBlockEnd(op: Op): boolean {
  return op.shape.row.mnemonic.split('|').some((name) => BLOCK_ENDS.test(name));
}

/** A row without ModRM has one form only: whichever of the two names is there serves it. */
function formHot(op: Op, form: 'reg' | 'mem'): string | null {
  const own = form === 'reg' ? op.hotReg : op.hotMem;
  const other = form === 'reg' ? op.hotMem : op.hotReg;
  return op.shape.hasModRm ? own : (own ?? other);
}

/** decode/hot.generated.ts: which hot micro-op can take the place of a cold one, and which micro-ops end a straight run. */
export function emitHot(ops: readonly Op[], core: CoreNames): string {
  const hot = (name: string | null): string => (name !== null && core.hasHotOp(name) ? `<u16>HotOp.${name}` : NONE);
  const rows = ops.map((op) => `  ${hot(formHot(op, 'reg'))}, ${hot(formHot(op, 'mem'))}, // ${op.name}`);
  const bits = Array.from({ length: Math.ceil((PSEUDO_OPS.length + ops.length) / 8) }, () => 0);
  const end = (index: number): void => void (bits[index >> 3]! |= 1 << (index & 7));
  PSEUDO_OPS.forEach((_, index) => end(index));
  ops.forEach((op, index) => isBlockEnd(op) && end(PSEUDO_OPS.length + index));
  return [
    HEADER,
    ...(rows.some((row) => row.includes('HotOp.')) ? [`import { HotOp } from '../cpu/hot-ops';`] : []),
    `import { FIRST_COLD_OP } from './ops.generated';`,
    '',
    'export const NO_HOT_OP: u32 = 0xffff;',
    '',
    '/** u16[2] per cold op: register form, memory form. */',
    'const HOT_FORMS: usize = memory.data<u16>([',
    ...PSEUDO_OPS.map((name) => `  0xffff, 0xffff, // ${name}`),
    ...rows.map((row) => row.replaceAll(NONE, '0xffff')),
    ']);',
    '',
    '/** One bit per cold op. */',
    'const BLOCK_ENDS: usize = memory.data<u8>([',
    `  ${bits.join(', ')},`,
    ']);',
    '',
    '/** The hot op that serves cold op `op` in its register or memory form without prefixes in force, or NO_HOT_OP. */',
    'export function hotOf(op: u32, regForm: bool): u32 {',
    '  return load<u16>(HOT_FORMS + ((op - FIRST_COLD_OP) << 2) + (regForm ? 0 : 2));',
    '}',
    '',
    '/** Does the straight run end behind cold op `op`? */',
    'export function isBlockEnd(op: u32): bool {',
    '  const index = op - FIRST_COLD_OP;',
    '  return ((load<u8>(BLOCK_ENDS + (index >> 3)) >> <u8>(index & 7)) & 1) != 0;',
    '}',
    '',
  ].join('\n');
}
