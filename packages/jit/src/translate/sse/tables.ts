/** SIMD opcodes (after 0xfd) of packed operations dst := dst op src, by mnemonic. */
export const packed: Readonly<Record<string, number>> = {
  paddb: 0x6e,
  paddw: 0x8e,
  paddd: 0xae,
  paddq: 0xce,
  psubb: 0x71,
  psubw: 0x91,
  psubd: 0xb1,
  psubq: 0xd1,
  pand: 0x4e,
  por: 0x50,
  pxor: 0x51,
  andps: 0x4e,
  andpd: 0x4e,
  orps: 0x50,
  orpd: 0x50,
  xorps: 0x51,
  xorpd: 0x51,
  pcmpeqb: 0x23,
  pcmpeqw: 0x2d,
  pcmpeqd: 0x37,
  pcmpgtb: 0x27,
  pcmpgtw: 0x31,
  pcmpgtd: 0x3b,
  pminub: 0x77,
  pmaxub: 0x79,
  pminsw: 0x96,
  pmaxsw: 0x98,
  paddsb: 0x6f,
  paddusb: 0x70,
  psubsb: 0x72,
  psubusb: 0x73,
  paddsw: 0x8f,
  paddusw: 0x90,
  psubsw: 0x92,
  psubusw: 0x93,
  pmullw: 0x95,
  pavgb: 0x7b,
  pavgw: 0x9b,
  pmaddwd: 0xba,
  packsswb: 0x65,
  packuswb: 0x66,
  packssdw: 0x85,
};

function interleave(bytes: number, high: boolean): number[] {
  const lanes: number[] = [];
  const base = high ? 8 : 0;
  for (let i = 0; i < 8 / bytes; i++) {
    for (let b = 0; b < bytes; b++) lanes.push(base + i * bytes + b);
    for (let b = 0; b < bytes; b++) lanes.push(16 + base + i * bytes + b);
  }
  return lanes;
}
/** Byte lanes of dst (0–15) and src (16–31). */
export const shuffles: Readonly<Record<string, number[]>> = {
  punpcklbw: interleave(1, false),
  punpckhbw: interleave(1, true),
  punpcklwd: interleave(2, false),
  punpckhwd: interleave(2, true),
  punpckldq: interleave(4, false),
  punpckhdq: interleave(4, true),
  punpcklqdq: interleave(8, false),
  punpckhqdq: interleave(8, true),
  unpcklps: interleave(4, false),
  unpckhps: interleave(4, true),
  unpcklpd: interleave(8, false),
  unpckhpd: interleave(8, true),
};
/** Shifts by an immediate: lane bits, opcode; 'sra' fills with the sign. */
export const shifts: Readonly<Record<string, [bits: number, opcode: number, sign: boolean]>> = {
  psllw: [16, 0x8b, false],
  psraw: [16, 0x8c, true],
  psrlw: [16, 0x8d, false],
  pslld: [32, 0xab, false],
  psrad: [32, 0xac, true],
  psrld: [32, 0xad, false],
  psllq: [64, 0xcb, false],
  psrlq: [64, 0xcd, false],
};
