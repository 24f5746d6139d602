import type { Row } from '../row.js';

const move = { feature: 'sse2', from: 'execute/sse/move' } as const;
const moveScalar = { feature: 'sse2', from: 'execute/sse/move-scalar' } as const;
const moveHalf = { feature: 'sse2', from: 'execute/sse/move-half' } as const;
const mask = { feature: 'sse2', from: 'execute/sse/mask' } as const;
const mmxMove = { feature: 'sse2', from: 'execute/mmx/move' } as const;
const arithPacked = { feature: 'sse2', from: 'execute/sse/arith-packed' } as const;
const arithScalar = { feature: 'sse2', from: 'execute/sse/arith-scalar' } as const;
const logic = { feature: 'sse2', from: 'execute/sse/logic' } as const;
const compareFloat = { feature: 'sse2', from: 'execute/sse/compare-float' } as const;
const comis = { feature: 'sse2', from: 'execute/sse/comis' } as const;
const unpack = { feature: 'sse2', from: 'execute/sse/unpack' } as const;
const shuffle = { feature: 'sse2', from: 'execute/sse/shuffle' } as const;
const convertFloat = { feature: 'sse2', from: 'execute/sse/convert-float' } as const;
const convertPacked = { feature: 'sse2', from: 'execute/sse/convert-packed' } as const;
const convertInteger = { feature: 'sse2', from: 'execute/sse/convert-integer' } as const;
const mmxConvert = { feature: 'sse2', from: 'execute/mmx/convert' } as const;
const compare = { feature: 'sse2', from: 'execute/sse/compare' } as const;
const shift = { feature: 'sse2', from: 'execute/sse/shift' } as const;
const add = { feature: 'sse2', from: 'execute/sse/add' } as const;
const multiply = { feature: 'sse2', from: 'execute/sse/multiply' } as const;
const minmax = { feature: 'sse2', from: 'execute/sse/minmax' } as const;
const mmxAdd = { feature: 'sse2', from: 'execute/mmx/add' } as const;
const mmxMultiply = { feature: 'sse2', from: 'execute/mmx/multiply' } as const;

/** One hot op for register and memory forms. */
const both = (name: string): NonNullable<Row['hot']> => ({ reg: name, mem: name });

/** SSE2: double-precision and 128-bit integer SIMD (SDM volume 1, chapter 11). */
export const sse2: readonly Row[] = [
  // Moves.
  { ...move, opcode: '66 0F 10', mnemonic: 'movupd', operands: 'Vpd,Wpd', exec: 'movu_V_W', hot: { reg: 'movaps_V_R', mem: 'movups_V_M' } },
  { ...move, opcode: '66 0F 11', mnemonic: 'movupd', operands: 'Wpd,Vpd', exec: 'movu_W_V', hot: { mem: 'movups_M_V' } },
  { ...move, opcode: '66 0F 28', mnemonic: 'movapd', operands: 'Vpd,Wpd', exec: 'mova_V_W', hot: { reg: 'movaps_V_R', mem: 'movaps_V_M' } },
  { ...move, opcode: '66 0F 29', mnemonic: 'movapd', operands: 'Wpd,Vpd', exec: 'mova_W_V', hot: { mem: 'movaps_M_V' } },
  { ...move, opcode: '66 0F 2B mem', mnemonic: 'movntpd', operands: 'Mpd,Vpd', exec: 'mova_W_V', hot: { mem: 'movaps_M_V' } },
  { ...move, opcode: '66 0F 6F', mnemonic: 'movdqa', operands: 'Vdq,Wdq', exec: 'mova_V_W', hot: { reg: 'movaps_V_R', mem: 'movaps_V_M' } },
  { ...move, opcode: '66 0F 7F', mnemonic: 'movdqa', operands: 'Wdq,Vdq', exec: 'mova_W_V', hot: { mem: 'movaps_M_V' } },
  { ...move, opcode: 'F3 0F 6F', mnemonic: 'movdqu', operands: 'Vdq,Wdq', exec: 'movu_V_W', hot: { reg: 'movaps_V_R', mem: 'movups_V_M' } },
  { ...move, opcode: 'F3 0F 7F', mnemonic: 'movdqu', operands: 'Wdq,Vdq', exec: 'movu_W_V', hot: { mem: 'movups_M_V' } },
  { ...move, opcode: '66 0F E7 mem', mnemonic: 'movntdq', operands: 'Mdq,Vdq', exec: 'mova_W_V', hot: { mem: 'movaps_M_V' } },
  { ...moveScalar, opcode: 'NP 0F C3 mem', mnemonic: 'movnti', operands: 'My,Gy', exec: 'movnti<T>' },
  { ...moveScalar, opcode: 'F2 0F 10', mnemonic: 'movsd', operands: 'Vsd,Wsd', exec: 'movsd_V_W', hot: { mem: 'movsd_V_M' } },
  { ...moveScalar, opcode: 'F2 0F 11', mnemonic: 'movsd', operands: 'Wsd,Vsd', exec: 'movsd_W_V', hot: { mem: 'movsd_M_V' } },
  { ...moveScalar, opcode: '66 0F 6E', mnemonic: 'movd|movq', operands: 'Vdq,Ey', exec: 'movd_V_E<T>', hot: { reg: 'movqT_V_R' } },
  { ...moveScalar, opcode: '66 0F 7E', mnemonic: 'movd|movq', operands: 'Ey,Vdq', exec: 'movd_E_V<T>', hot: { reg: 'movqT_R_V' } },
  { ...moveScalar, opcode: 'F3 0F 7E', mnemonic: 'movq', operands: 'Vq,Wq', exec: 'movq_V_W', hot: { mem: 'movsd_V_M' } },
  { ...moveScalar, opcode: '66 0F D6', mnemonic: 'movq', operands: 'Wq,Vq', exec: 'movq_W_V', hot: { mem: 'movq_M_V' } },
  { ...moveHalf, opcode: '66 0F 12 mem', mnemonic: 'movlpd', operands: 'Vq,Mq', exec: 'movlow_V_M' },
  { ...moveHalf, opcode: '66 0F 13 mem', mnemonic: 'movlpd', operands: 'Mq,Vq', exec: 'movlow_M_V', hot: { mem: 'movsd_M_V' } },
  {
    ...moveHalf,
    opcode: '66 0F 16 mem',
    mnemonic: 'movhpd',
    operands: 'Vq,Mq',
    exec: 'movhigh_V_M',
    hot: { reg: 'movhigh_V_M', mem: 'movhigh_V_M' },
  },
  { ...moveHalf, opcode: '66 0F 17 mem', mnemonic: 'movhpd', operands: 'Mq,Vq', exec: 'movhigh_M_V' },
  { ...mask, opcode: '66 0F 50 reg', mnemonic: 'movmskpd', operands: 'Gd,Upd', exec: 'movmskpd' },
  { ...mask, opcode: '66 0F D7 reg', mnemonic: 'pmovmskb', operands: 'Gd,Udq', exec: 'pmovmskb_G_U', hot: both('pmovmskb_G_U') },
  { ...mask, opcode: '66 0F F7 reg', mnemonic: 'maskmovdqu', operands: 'Vdq,Udq', exec: 'maskmovdqu' },
  { ...mmxMove, opcode: 'F3 0F D6 reg', mnemonic: 'movq2dq', operands: 'Vdq,Nq', exec: 'movq2dq' },
  { ...mmxMove, opcode: 'F2 0F D6 reg', mnemonic: 'movdq2q', operands: 'Pq,Uq', exec: 'movdq2q' },
  // Floating-point arithmetic.
  { ...arithPacked, opcode: '66 0F 51', mnemonic: 'sqrtpd', operands: 'Vpd,Wpd', exec: 'sqrtpd' },
  { ...arithScalar, opcode: 'F2 0F 51', mnemonic: 'sqrtsd', operands: 'Vsd,Wsd', exec: 'sqrtsd' },
  { ...arithPacked, opcode: '66 0F 58', mnemonic: 'addpd', operands: 'Vpd,Wpd', exec: 'addpd' },
  { ...arithScalar, opcode: 'F2 0F 58', mnemonic: 'addsd', operands: 'Vsd,Wsd', exec: 'addsd', hot: both('addsd') },
  { ...arithPacked, opcode: '66 0F 59', mnemonic: 'mulpd', operands: 'Vpd,Wpd', exec: 'mulpd' },
  { ...arithScalar, opcode: 'F2 0F 59', mnemonic: 'mulsd', operands: 'Vsd,Wsd', exec: 'mulsd', hot: both('mulsd') },
  { ...arithPacked, opcode: '66 0F 5C', mnemonic: 'subpd', operands: 'Vpd,Wpd', exec: 'subpd' },
  { ...arithScalar, opcode: 'F2 0F 5C', mnemonic: 'subsd', operands: 'Vsd,Wsd', exec: 'subsd', hot: both('subsd') },
  { ...arithPacked, opcode: '66 0F 5D', mnemonic: 'minpd', operands: 'Vpd,Wpd', exec: 'minpd' },
  { ...arithScalar, opcode: 'F2 0F 5D', mnemonic: 'minsd', operands: 'Vsd,Wsd', exec: 'minsd' },
  { ...arithPacked, opcode: '66 0F 5E', mnemonic: 'divpd', operands: 'Vpd,Wpd', exec: 'divpd' },
  { ...arithScalar, opcode: 'F2 0F 5E', mnemonic: 'divsd', operands: 'Vsd,Wsd', exec: 'divsd', hot: both('divsd') },
  { ...arithPacked, opcode: '66 0F 5F', mnemonic: 'maxpd', operands: 'Vpd,Wpd', exec: 'maxpd' },
  { ...arithScalar, opcode: 'F2 0F 5F', mnemonic: 'maxsd', operands: 'Vsd,Wsd', exec: 'maxsd' },
  // Floating-point logic, compare, shuffle.
  { ...logic, opcode: '66 0F 54', mnemonic: 'andpd', operands: 'Vpd,Wpd', exec: 'pand_V_W', hot: both('pand_V_W') },
  { ...logic, opcode: '66 0F 55', mnemonic: 'andnpd', operands: 'Vpd,Wpd', exec: 'pandn_V_W', hot: { reg: 'pandn_V_W', mem: 'pandn_V_W' } },
  { ...logic, opcode: '66 0F 56', mnemonic: 'orpd', operands: 'Vpd,Wpd', exec: 'por_V_W', hot: both('por_V_W') },
  { ...logic, opcode: '66 0F 57', mnemonic: 'xorpd', operands: 'Vpd,Wpd', exec: 'pxor_V_W', hot: both('pxor_V_W') },
  { ...compareFloat, opcode: '66 0F C2', mnemonic: 'cmppd', operands: 'Vpd,Wpd,Ib', exec: 'cmppd' },
  { ...compareFloat, opcode: 'F2 0F C2', mnemonic: 'cmpsd', operands: 'Vsd,Wsd,Ib', exec: 'cmpsd' },
  { ...comis, opcode: '66 0F 2E', mnemonic: 'ucomisd', operands: 'Vsd,Wsd', exec: 'ucomisd', hot: both('ucomisd') },
  { ...comis, opcode: '66 0F 2F', mnemonic: 'comisd', operands: 'Vsd,Wsd', exec: 'comisd', hot: both('comisd') },
  {
    ...unpack,
    opcode: '66 0F 14',
    mnemonic: 'unpcklpd',
    operands: 'Vpd,Wpd',
    exec: 'punpcklqdq',
    hot: { reg: 'punpcklqdq', mem: 'punpcklqdq' },
  },
  { ...unpack, opcode: '66 0F 15', mnemonic: 'unpckhpd', operands: 'Vpd,Wpd', exec: 'punpckhqdq' },
  { ...shuffle, opcode: '66 0F C6', mnemonic: 'shufpd', operands: 'Vpd,Wpd,Ib', exec: 'shufpd' },
  // Conversions.
  { ...convertFloat, opcode: 'NP 0F 5A', mnemonic: 'cvtps2pd', operands: 'Vpd,Wq', exec: 'cvtps2pd' },
  { ...convertFloat, opcode: '66 0F 5A', mnemonic: 'cvtpd2ps', operands: 'Vps,Wpd', exec: 'cvtpd2ps' },
  { ...convertFloat, opcode: 'F3 0F 5A', mnemonic: 'cvtss2sd', operands: 'Vsd,Wss', exec: 'cvtss2sd' },
  { ...convertFloat, opcode: 'F2 0F 5A', mnemonic: 'cvtsd2ss', operands: 'Vss,Wsd', exec: 'cvtsd2ss' },
  { ...convertPacked, opcode: 'NP 0F 5B', mnemonic: 'cvtdq2ps', operands: 'Vps,Wdq', exec: 'cvtdq2ps' },
  { ...convertPacked, opcode: '66 0F 5B', mnemonic: 'cvtps2dq', operands: 'Vdq,Wps', exec: 'cvtps2dq' },
  { ...convertPacked, opcode: 'F3 0F 5B', mnemonic: 'cvttps2dq', operands: 'Vdq,Wps', exec: 'cvttps2dq' },
  { ...convertPacked, opcode: '66 0F E6', mnemonic: 'cvttpd2dq', operands: 'Vdq,Wpd', exec: 'cvttpd2dq' },
  { ...convertPacked, opcode: 'F3 0F E6', mnemonic: 'cvtdq2pd', operands: 'Vpd,Wq', exec: 'cvtdq2pd' },
  { ...convertPacked, opcode: 'F2 0F E6', mnemonic: 'cvtpd2dq', operands: 'Vdq,Wpd', exec: 'cvtpd2dq' },
  { ...convertInteger, opcode: 'F2 0F 2A', mnemonic: 'cvtsi2sd', operands: 'Vsd,Ey', exec: 'cvtsi2sd<T>', hot: both('cvtsi2sdT') },
  { ...convertInteger, opcode: 'F2 0F 2C', mnemonic: 'cvttsd2si', operands: 'Gy,Wsd', exec: 'cvttsd2si<T>', hot: both('cvttsd2siT') },
  { ...convertInteger, opcode: 'F2 0F 2D', mnemonic: 'cvtsd2si', operands: 'Gy,Wsd', exec: 'cvtsd2si<T>' },
  { ...mmxConvert, opcode: '66 0F 2A', mnemonic: 'cvtpi2pd', operands: 'Vpd,Qq', exec: 'cvtpi2pd' },
  { ...mmxConvert, opcode: '66 0F 2C', mnemonic: 'cvttpd2pi', operands: 'Pq,Wpd', exec: 'cvttpd2pi' },
  { ...mmxConvert, opcode: '66 0F 2D', mnemonic: 'cvtpd2pi', operands: 'Pq,Wpd', exec: 'cvtpd2pi' },
  // Integer SIMD.
  { ...unpack, opcode: '66 0F 60', mnemonic: 'punpcklbw', operands: 'Vdq,Wdq', exec: 'punpcklbw_V_W' },
  { ...unpack, opcode: '66 0F 61', mnemonic: 'punpcklwd', operands: 'Vdq,Wdq', exec: 'punpcklwd_V_W' },
  { ...unpack, opcode: '66 0F 62', mnemonic: 'punpckldq', operands: 'Vdq,Wdq', exec: 'punpckldq_V_W' },
  { ...unpack, opcode: '66 0F 63', mnemonic: 'packsswb', operands: 'Vdq,Wdq', exec: 'packsswb_V_W' },
  { ...unpack, opcode: '66 0F 67', mnemonic: 'packuswb', operands: 'Vdq,Wdq', exec: 'packuswb_V_W' },
  { ...unpack, opcode: '66 0F 68', mnemonic: 'punpckhbw', operands: 'Vdq,Wdq', exec: 'punpckhbw_V_W' },
  { ...unpack, opcode: '66 0F 69', mnemonic: 'punpckhwd', operands: 'Vdq,Wdq', exec: 'punpckhwd_V_W' },
  { ...unpack, opcode: '66 0F 6A', mnemonic: 'punpckhdq', operands: 'Vdq,Wdq', exec: 'punpckhdq_V_W' },
  { ...unpack, opcode: '66 0F 6B', mnemonic: 'packssdw', operands: 'Vdq,Wdq', exec: 'packssdw_V_W' },
  { ...compare, opcode: '66 0F 64', mnemonic: 'pcmpgtb', operands: 'Vdq,Wdq', exec: 'pcmpgtb_V_W' },
  { ...compare, opcode: '66 0F 65', mnemonic: 'pcmpgtw', operands: 'Vdq,Wdq', exec: 'pcmpgtw_V_W' },
  { ...compare, opcode: '66 0F 66', mnemonic: 'pcmpgtd', operands: 'Vdq,Wdq', exec: 'pcmpgtd_V_W' },
  { ...compare, opcode: '66 0F 74', mnemonic: 'pcmpeqb', operands: 'Vdq,Wdq', exec: 'pcmpeqb_V_W', hot: both('pcmpeqb_V_W') },
  { ...compare, opcode: '66 0F 75', mnemonic: 'pcmpeqw', operands: 'Vdq,Wdq', exec: 'pcmpeqw_V_W' },
  { ...compare, opcode: '66 0F 76', mnemonic: 'pcmpeqd', operands: 'Vdq,Wdq', exec: 'pcmpeqd_V_W' },
  { ...shift, opcode: '66 0F D1', mnemonic: 'psrlw', operands: 'Vdq,Wdq', exec: 'psrlw_V_W' },
  { ...shift, opcode: '66 0F D2', mnemonic: 'psrld', operands: 'Vdq,Wdq', exec: 'psrld_V_W' },
  { ...shift, opcode: '66 0F D3', mnemonic: 'psrlq', operands: 'Vdq,Wdq', exec: 'psrlq_V_W' },
  { ...shift, opcode: '66 0F E1', mnemonic: 'psraw', operands: 'Vdq,Wdq', exec: 'psraw_V_W' },
  { ...shift, opcode: '66 0F E2', mnemonic: 'psrad', operands: 'Vdq,Wdq', exec: 'psrad_V_W' },
  { ...shift, opcode: '66 0F F1', mnemonic: 'psllw', operands: 'Vdq,Wdq', exec: 'psllw_V_W' },
  { ...shift, opcode: '66 0F F2', mnemonic: 'pslld', operands: 'Vdq,Wdq', exec: 'pslld_V_W' },
  { ...shift, opcode: '66 0F F3', mnemonic: 'psllq', operands: 'Vdq,Wdq', exec: 'psllq_V_W' },
  { ...logic, opcode: '66 0F DB', mnemonic: 'pand', operands: 'Vdq,Wdq', exec: 'pand_V_W', hot: both('pand_V_W') },
  { ...logic, opcode: '66 0F DF', mnemonic: 'pandn', operands: 'Vdq,Wdq', exec: 'pandn_V_W', hot: { reg: 'pandn_V_W', mem: 'pandn_V_W' } },
  { ...logic, opcode: '66 0F EB', mnemonic: 'por', operands: 'Vdq,Wdq', exec: 'por_V_W', hot: both('por_V_W') },
  { ...logic, opcode: '66 0F EF', mnemonic: 'pxor', operands: 'Vdq,Wdq', exec: 'pxor_V_W', hot: both('pxor_V_W') },
  { ...add, opcode: '66 0F FC', mnemonic: 'paddb', operands: 'Vdq,Wdq', exec: 'paddb_V_W' },
  { ...add, opcode: '66 0F FD', mnemonic: 'paddw', operands: 'Vdq,Wdq', exec: 'paddw_V_W' },
  { ...add, opcode: '66 0F FE', mnemonic: 'paddd', operands: 'Vdq,Wdq', exec: 'paddd_V_W', hot: both('paddd_V_W') },
  { ...add, opcode: '66 0F EC', mnemonic: 'paddsb', operands: 'Vdq,Wdq', exec: 'paddsb_V_W' },
  { ...add, opcode: '66 0F ED', mnemonic: 'paddsw', operands: 'Vdq,Wdq', exec: 'paddsw_V_W' },
  { ...add, opcode: '66 0F DC', mnemonic: 'paddusb', operands: 'Vdq,Wdq', exec: 'paddusb_V_W' },
  { ...add, opcode: '66 0F DD', mnemonic: 'paddusw', operands: 'Vdq,Wdq', exec: 'paddusw_V_W' },
  { ...add, opcode: '66 0F F8', mnemonic: 'psubb', operands: 'Vdq,Wdq', exec: 'psubb_V_W', hot: { reg: 'psubb_V_W', mem: 'psubb_V_W' } },
  { ...add, opcode: '66 0F F9', mnemonic: 'psubw', operands: 'Vdq,Wdq', exec: 'psubw_V_W' },
  { ...add, opcode: '66 0F FA', mnemonic: 'psubd', operands: 'Vdq,Wdq', exec: 'psubd_V_W' },
  { ...add, opcode: '66 0F E8', mnemonic: 'psubsb', operands: 'Vdq,Wdq', exec: 'psubsb_V_W' },
  { ...add, opcode: '66 0F E9', mnemonic: 'psubsw', operands: 'Vdq,Wdq', exec: 'psubsw_V_W' },
  { ...add, opcode: '66 0F D8', mnemonic: 'psubusb', operands: 'Vdq,Wdq', exec: 'psubusb_V_W' },
  { ...add, opcode: '66 0F D9', mnemonic: 'psubusw', operands: 'Vdq,Wdq', exec: 'psubusw_V_W' },
  { ...add, opcode: '66 0F D4', mnemonic: 'paddq', operands: 'Vdq,Wdq', exec: 'paddq_V_W' },
  { ...add, opcode: '66 0F FB', mnemonic: 'psubq', operands: 'Vdq,Wdq', exec: 'psubq_V_W' },
  { ...multiply, opcode: '66 0F D5', mnemonic: 'pmullw', operands: 'Vdq,Wdq', exec: 'pmullw_V_W' },
  { ...multiply, opcode: '66 0F E5', mnemonic: 'pmulhw', operands: 'Vdq,Wdq', exec: 'pmulhw_V_W' },
  { ...multiply, opcode: '66 0F F5', mnemonic: 'pmaddwd', operands: 'Vdq,Wdq', exec: 'pmaddwd_V_W' },
  { ...multiply, opcode: '66 0F E4', mnemonic: 'pmulhuw', operands: 'Vdq,Wdq', exec: 'pmulhuw_V_W' },
  { ...multiply, opcode: '66 0F F6', mnemonic: 'psadbw', operands: 'Vdq,Wdq', exec: 'psadbw_V_W' },
  { ...multiply, opcode: '66 0F F4', mnemonic: 'pmuludq', operands: 'Vdq,Wdq', exec: 'pmuludq_V_W' },
  { ...minmax, opcode: '66 0F DA', mnemonic: 'pminub', operands: 'Vdq,Wdq', exec: 'pminub_V_W', hot: both('pminub_V_W') },
  { ...minmax, opcode: '66 0F DE', mnemonic: 'pmaxub', operands: 'Vdq,Wdq', exec: 'pmaxub_V_W' },
  { ...minmax, opcode: '66 0F EA', mnemonic: 'pminsw', operands: 'Vdq,Wdq', exec: 'pminsw_V_W' },
  { ...minmax, opcode: '66 0F EE', mnemonic: 'pmaxsw', operands: 'Vdq,Wdq', exec: 'pmaxsw_V_W' },
  { ...minmax, opcode: '66 0F E0', mnemonic: 'pavgb', operands: 'Vdq,Wdq', exec: 'pavgb_V_W' },
  { ...minmax, opcode: '66 0F E3', mnemonic: 'pavgw', operands: 'Vdq,Wdq', exec: 'pavgw_V_W' },
  {
    ...unpack,
    opcode: '66 0F 6C',
    mnemonic: 'punpcklqdq',
    operands: 'Vdq,Wdq',
    exec: 'punpcklqdq',
    hot: { reg: 'punpcklqdq', mem: 'punpcklqdq' },
  },
  { ...unpack, opcode: '66 0F 6D', mnemonic: 'punpckhqdq', operands: 'Vdq,Wdq', exec: 'punpckhqdq' },
  { ...shuffle, opcode: '66 0F 70', mnemonic: 'pshufd', operands: 'Vdq,Wdq,Ib', exec: 'pshufd' },
  { ...shuffle, opcode: 'F3 0F 70', mnemonic: 'pshufhw', operands: 'Vdq,Wdq,Ib', exec: 'pshufhw' },
  { ...shuffle, opcode: 'F2 0F 70', mnemonic: 'pshuflw', operands: 'Vdq,Wdq,Ib', exec: 'pshuflw' },
  { ...shuffle, opcode: '66 0F C4', mnemonic: 'pinsrw', operands: 'Vdq,Rd/Mw,Ib', exec: 'pinsrw_V_E' },
  { ...shuffle, opcode: '66 0F C5 reg', mnemonic: 'pextrw', operands: 'Gd,Udq,Ib', exec: 'pextrw_G_U' },
  { ...shift, opcode: '66 0F 71 /2 reg', mnemonic: 'psrlw', operands: 'Udq,Ib', exec: 'psrlw_U_I' },
  { ...shift, opcode: '66 0F 71 /4 reg', mnemonic: 'psraw', operands: 'Udq,Ib', exec: 'psraw_U_I' },
  { ...shift, opcode: '66 0F 71 /6 reg', mnemonic: 'psllw', operands: 'Udq,Ib', exec: 'psllw_U_I' },
  { ...shift, opcode: '66 0F 72 /2 reg', mnemonic: 'psrld', operands: 'Udq,Ib', exec: 'psrld_U_I' },
  { ...shift, opcode: '66 0F 72 /4 reg', mnemonic: 'psrad', operands: 'Udq,Ib', exec: 'psrad_U_I' },
  { ...shift, opcode: '66 0F 72 /6 reg', mnemonic: 'pslld', operands: 'Udq,Ib', exec: 'pslld_U_I' },
  { ...shift, opcode: '66 0F 73 /2 reg', mnemonic: 'psrlq', operands: 'Udq,Ib', exec: 'psrlq_U_I' },
  { ...shift, opcode: '66 0F 73 /6 reg', mnemonic: 'psllq', operands: 'Udq,Ib', exec: 'psllq_U_I' },
  { ...shift, opcode: '66 0F 73 /3 reg', mnemonic: 'psrldq', operands: 'Udq,Ib', exec: 'psrldq', hot: { reg: 'psrldq', mem: 'psrldq' } },
  { ...shift, opcode: '66 0F 73 /7 reg', mnemonic: 'pslldq', operands: 'Udq,Ib', exec: 'pslldq' },
  // Additions to MMX.
  { ...mmxAdd, opcode: 'NP 0F D4', mnemonic: 'paddq', operands: 'Pq,Qq', exec: 'paddq_P_Q' },
  { ...mmxAdd, opcode: 'NP 0F FB', mnemonic: 'psubq', operands: 'Pq,Qq', exec: 'psubq_P_Q' },
  { ...mmxMultiply, opcode: 'NP 0F F4', mnemonic: 'pmuludq', operands: 'Pq,Qq', exec: 'pmuludq_P_Q' },
];
