import type { Row } from '../row.js';

const move = { feature: 'sse', from: 'execute/sse/move' } as const;
const moveScalar = { feature: 'sse', from: 'execute/sse/move-scalar' } as const;
const moveHalf = { feature: 'sse', from: 'execute/sse/move-half' } as const;
const mask = { feature: 'sse', from: 'execute/sse/mask' } as const;
const arithPacked = { feature: 'sse', from: 'execute/sse/arith-packed' } as const;
const arithScalar = { feature: 'sse', from: 'execute/sse/arith-scalar' } as const;
const approx = { feature: 'sse', from: 'execute/sse/approx' } as const;
const logic = { feature: 'sse', from: 'execute/sse/logic' } as const;
const compareFloat = { feature: 'sse', from: 'execute/sse/compare-float' } as const;
const comis = { feature: 'sse', from: 'execute/sse/comis' } as const;
const unpack = { feature: 'sse', from: 'execute/sse/unpack' } as const;
const shuffle = { feature: 'sse', from: 'execute/sse/shuffle' } as const;
const mmxConvert = { feature: 'sse', from: 'execute/mmx/convert' } as const;
const convertInteger = { feature: 'sse', from: 'execute/sse/convert-integer' } as const;
const control = { feature: 'sse', from: 'execute/sse/control' } as const;
const mmxShuffle = { feature: 'sse', from: 'execute/mmx/shuffle' } as const;
const mmxMove = { feature: 'sse', from: 'execute/mmx/move' } as const;
const mmxMultiply = { feature: 'sse', from: 'execute/mmx/multiply' } as const;
const mmxMinmax = { feature: 'sse', from: 'execute/mmx/minmax' } as const;

/** One hot op for register and memory forms. */
const both = (name: string): NonNullable<Row['hot']> => ({ reg: name, mem: name });

/** SSE: single-precision SIMD and the additions that it made to MMX (SDM volume 1, chapter 10). */
export const sse: readonly Row[] = [
  // Moves.
  { ...move, opcode: 'NP 0F 10', mnemonic: 'movups', operands: 'Vps,Wps', exec: 'movu_V_W', hot: { reg: 'movaps_V_R', mem: 'movups_V_M' } },
  { ...move, opcode: 'NP 0F 11', mnemonic: 'movups', operands: 'Wps,Vps', exec: 'movu_W_V', hot: { mem: 'movups_M_V' } },
  { ...move, opcode: 'NP 0F 28', mnemonic: 'movaps', operands: 'Vps,Wps', exec: 'mova_V_W', hot: { reg: 'movaps_V_R', mem: 'movaps_V_M' } },
  { ...move, opcode: 'NP 0F 29', mnemonic: 'movaps', operands: 'Wps,Vps', exec: 'mova_W_V', hot: { mem: 'movaps_M_V' } },
  { ...move, opcode: 'NP 0F 2B mem', mnemonic: 'movntps', operands: 'Mps,Vps', exec: 'mova_W_V', hot: { mem: 'movaps_M_V' } },
  { ...moveScalar, opcode: 'F3 0F 10', mnemonic: 'movss', operands: 'Vss,Wss', exec: 'movss_V_W', hot: { mem: 'movss_V_M' } },
  { ...moveScalar, opcode: 'F3 0F 11', mnemonic: 'movss', operands: 'Wss,Vss', exec: 'movss_W_V', hot: { mem: 'movss_M_V' } },
  { ...moveHalf, opcode: 'NP 0F 12 mem', mnemonic: 'movlps', operands: 'Vq,Mq', exec: 'movlow_V_M' },
  { ...moveHalf, opcode: 'NP 0F 12 reg', mnemonic: 'movhlps', operands: 'Vq,Uq', exec: 'movhlps' },
  { ...moveHalf, opcode: 'NP 0F 13 mem', mnemonic: 'movlps', operands: 'Mq,Vq', exec: 'movlow_M_V', hot: { mem: 'movsd_M_V' } },
  {
    ...moveHalf,
    opcode: 'NP 0F 16 mem',
    mnemonic: 'movhps',
    operands: 'Vq,Mq',
    exec: 'movhigh_V_M',
    hot: { reg: 'movhigh_V_M', mem: 'movhigh_V_M' },
  },
  { ...moveHalf, opcode: 'NP 0F 16 reg', mnemonic: 'movlhps', operands: 'Vq,Uq', exec: 'movlhps' },
  { ...moveHalf, opcode: 'NP 0F 17 mem', mnemonic: 'movhps', operands: 'Mq,Vq', exec: 'movhigh_M_V' },
  { ...mask, opcode: 'NP 0F 50 reg', mnemonic: 'movmskps', operands: 'Gd,Ups', exec: 'movmskps' },
  // Arithmetic.
  { ...arithPacked, opcode: 'NP 0F 51', mnemonic: 'sqrtps', operands: 'Vps,Wps', exec: 'sqrtps' },
  { ...arithScalar, opcode: 'F3 0F 51', mnemonic: 'sqrtss', operands: 'Vss,Wss', exec: 'sqrtss' },
  { ...arithPacked, opcode: 'NP 0F 58', mnemonic: 'addps', operands: 'Vps,Wps', exec: 'addps' },
  { ...arithScalar, opcode: 'F3 0F 58', mnemonic: 'addss', operands: 'Vss,Wss', exec: 'addss', hot: both('addss') },
  { ...arithPacked, opcode: 'NP 0F 59', mnemonic: 'mulps', operands: 'Vps,Wps', exec: 'mulps' },
  { ...arithScalar, opcode: 'F3 0F 59', mnemonic: 'mulss', operands: 'Vss,Wss', exec: 'mulss', hot: both('mulss') },
  { ...arithPacked, opcode: 'NP 0F 5C', mnemonic: 'subps', operands: 'Vps,Wps', exec: 'subps' },
  { ...arithScalar, opcode: 'F3 0F 5C', mnemonic: 'subss', operands: 'Vss,Wss', exec: 'subss', hot: both('subss') },
  { ...arithPacked, opcode: 'NP 0F 5D', mnemonic: 'minps', operands: 'Vps,Wps', exec: 'minps' },
  { ...arithScalar, opcode: 'F3 0F 5D', mnemonic: 'minss', operands: 'Vss,Wss', exec: 'minss' },
  { ...arithPacked, opcode: 'NP 0F 5E', mnemonic: 'divps', operands: 'Vps,Wps', exec: 'divps' },
  { ...arithScalar, opcode: 'F3 0F 5E', mnemonic: 'divss', operands: 'Vss,Wss', exec: 'divss' },
  { ...arithPacked, opcode: 'NP 0F 5F', mnemonic: 'maxps', operands: 'Vps,Wps', exec: 'maxps' },
  { ...arithScalar, opcode: 'F3 0F 5F', mnemonic: 'maxss', operands: 'Vss,Wss', exec: 'maxss' },
  { ...approx, opcode: 'NP 0F 52', mnemonic: 'rsqrtps', operands: 'Vps,Wps', exec: 'rsqrtps' },
  { ...approx, opcode: 'F3 0F 52', mnemonic: 'rsqrtss', operands: 'Vss,Wss', exec: 'rsqrtss' },
  { ...approx, opcode: 'NP 0F 53', mnemonic: 'rcpps', operands: 'Vps,Wps', exec: 'rcpps' },
  { ...approx, opcode: 'F3 0F 53', mnemonic: 'rcpss', operands: 'Vss,Wss', exec: 'rcpss' },
  // Logic, compare, shuffle.
  { ...logic, opcode: 'NP 0F 54', mnemonic: 'andps', operands: 'Vps,Wps', exec: 'pand_V_W', hot: both('pand_V_W') },
  { ...logic, opcode: 'NP 0F 55', mnemonic: 'andnps', operands: 'Vps,Wps', exec: 'pandn_V_W', hot: { reg: 'pandn_V_W', mem: 'pandn_V_W' } },
  { ...logic, opcode: 'NP 0F 56', mnemonic: 'orps', operands: 'Vps,Wps', exec: 'por_V_W', hot: both('por_V_W') },
  { ...logic, opcode: 'NP 0F 57', mnemonic: 'xorps', operands: 'Vps,Wps', exec: 'pxor_V_W', hot: both('pxor_V_W') },
  { ...compareFloat, opcode: 'NP 0F C2', mnemonic: 'cmpps', operands: 'Vps,Wps,Ib', exec: 'cmpps' },
  { ...compareFloat, opcode: 'F3 0F C2', mnemonic: 'cmpss', operands: 'Vss,Wss,Ib', exec: 'cmpss' },
  { ...comis, opcode: 'NP 0F 2E', mnemonic: 'ucomiss', operands: 'Vss,Wss', exec: 'ucomiss' },
  { ...comis, opcode: 'NP 0F 2F', mnemonic: 'comiss', operands: 'Vss,Wss', exec: 'comiss' },
  { ...unpack, opcode: 'NP 0F 14', mnemonic: 'unpcklps', operands: 'Vps,Wps', exec: 'punpckldq_V_W' },
  { ...unpack, opcode: 'NP 0F 15', mnemonic: 'unpckhps', operands: 'Vps,Wps', exec: 'punpckhdq_V_W' },
  { ...shuffle, opcode: 'NP 0F C6', mnemonic: 'shufps', operands: 'Vps,Wps,Ib', exec: 'shufps' },
  // Conversions.
  { ...mmxConvert, opcode: 'NP 0F 2A', mnemonic: 'cvtpi2ps', operands: 'Vps,Qq', exec: 'cvtpi2ps' },
  { ...convertInteger, opcode: 'F3 0F 2A', mnemonic: 'cvtsi2ss', operands: 'Vss,Ey', exec: 'cvtsi2ss<T>' },
  { ...mmxConvert, opcode: 'NP 0F 2C', mnemonic: 'cvttps2pi', operands: 'Pq,Wq', exec: 'cvttps2pi' },
  { ...convertInteger, opcode: 'F3 0F 2C', mnemonic: 'cvttss2si', operands: 'Gy,Wss', exec: 'cvttss2si<T>' },
  { ...mmxConvert, opcode: 'NP 0F 2D', mnemonic: 'cvtps2pi', operands: 'Pq,Wq', exec: 'cvtps2pi' },
  { ...convertInteger, opcode: 'F3 0F 2D', mnemonic: 'cvtss2si', operands: 'Gy,Wss', exec: 'cvtss2si<T>' },
  // Control and status.
  { ...control, opcode: 'NP 0F AE /2 mem', mnemonic: 'ldmxcsr', operands: 'Md', exec: 'ldmxcsr' },
  { ...control, opcode: 'NP 0F AE /3 mem', mnemonic: 'stmxcsr', operands: 'Md', exec: 'stmxcsr' },
  // Additions to MMX.
  { ...mmxShuffle, opcode: 'NP 0F 70', mnemonic: 'pshufw', operands: 'Pq,Qq,Ib', exec: 'pshufw' },
  { ...mmxShuffle, opcode: 'NP 0F C4', mnemonic: 'pinsrw', operands: 'Pq,Rd/Mw,Ib', exec: 'pinsrw_P_E' },
  { ...mmxShuffle, opcode: 'NP 0F C5 reg', mnemonic: 'pextrw', operands: 'Gd,Nq,Ib', exec: 'pextrw_G_N' },
  { ...mmxMove, opcode: 'NP 0F D7 reg', mnemonic: 'pmovmskb', operands: 'Gd,Nq', exec: 'pmovmskb_G_N' },
  { ...mmxMove, opcode: 'NP 0F E7 mem', mnemonic: 'movntq', operands: 'Mq,Pq', exec: 'movq_Q_P' },
  { ...mmxMove, opcode: 'NP 0F F7 reg', mnemonic: 'maskmovq', operands: 'Pq,Nq', exec: 'maskmovq' },
  { ...mmxMultiply, opcode: 'NP 0F E4', mnemonic: 'pmulhuw', operands: 'Pq,Qq', exec: 'pmulhuw_P_Q' },
  { ...mmxMultiply, opcode: 'NP 0F F6', mnemonic: 'psadbw', operands: 'Pq,Qq', exec: 'psadbw_P_Q' },
  { ...mmxMinmax, opcode: 'NP 0F DA', mnemonic: 'pminub', operands: 'Pq,Qq', exec: 'pminub_P_Q' },
  { ...mmxMinmax, opcode: 'NP 0F DE', mnemonic: 'pmaxub', operands: 'Pq,Qq', exec: 'pmaxub_P_Q' },
  { ...mmxMinmax, opcode: 'NP 0F EA', mnemonic: 'pminsw', operands: 'Pq,Qq', exec: 'pminsw_P_Q' },
  { ...mmxMinmax, opcode: 'NP 0F EE', mnemonic: 'pmaxsw', operands: 'Pq,Qq', exec: 'pmaxsw_P_Q' },
  { ...mmxMinmax, opcode: 'NP 0F E0', mnemonic: 'pavgb', operands: 'Pq,Qq', exec: 'pavgb_P_Q' },
  { ...mmxMinmax, opcode: 'NP 0F E3', mnemonic: 'pavgw', operands: 'Pq,Qq', exec: 'pavgw_P_Q' },
];
