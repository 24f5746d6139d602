import type { Row } from '../row.js';

const move = { feature: 'mmx', from: 'execute/mmx/move' } as const;
const state = { feature: 'mmx', from: 'execute/mmx/state' } as const;
const unpack = { feature: 'mmx', from: 'execute/mmx/unpack' } as const;
const compare = { feature: 'mmx', from: 'execute/mmx/compare' } as const;
const shift = { feature: 'mmx', from: 'execute/mmx/shift' } as const;
const logic = { feature: 'mmx', from: 'execute/mmx/logic' } as const;
const add = { feature: 'mmx', from: 'execute/mmx/add' } as const;
const multiply = { feature: 'mmx', from: 'execute/mmx/multiply' } as const;

/** MMX (SDM volume 1, chapter 9). */
export const mmx: readonly Row[] = [
  // Moves and state.
  { ...move, opcode: 'NP 0F 6E', mnemonic: 'movd|movq', operands: 'Pq,Ey', exec: 'movd_P_E<T>' },
  { ...move, opcode: 'NP 0F 7E', mnemonic: 'movd|movq', operands: 'Ey,Pq', exec: 'movd_E_P<T>' },
  { ...move, opcode: 'NP 0F 6F', mnemonic: 'movq', operands: 'Pq,Qq', exec: 'movq_P_Q' },
  { ...move, opcode: 'NP 0F 7F', mnemonic: 'movq', operands: 'Qq,Pq', exec: 'movq_Q_P' },
  { ...state, opcode: 'NP 0F 77', mnemonic: 'emms', operands: '', exec: 'emms' },
  // Unpack and pack.
  { ...unpack, opcode: 'NP 0F 60', mnemonic: 'punpcklbw', operands: 'Pq,Qd', exec: 'punpcklbw_P_Q' },
  { ...unpack, opcode: 'NP 0F 61', mnemonic: 'punpcklwd', operands: 'Pq,Qd', exec: 'punpcklwd_P_Q' },
  { ...unpack, opcode: 'NP 0F 62', mnemonic: 'punpckldq', operands: 'Pq,Qd', exec: 'punpckldq_P_Q' },
  { ...unpack, opcode: 'NP 0F 63', mnemonic: 'packsswb', operands: 'Pq,Qq', exec: 'packsswb_P_Q' },
  { ...unpack, opcode: 'NP 0F 67', mnemonic: 'packuswb', operands: 'Pq,Qq', exec: 'packuswb_P_Q' },
  { ...unpack, opcode: 'NP 0F 68', mnemonic: 'punpckhbw', operands: 'Pq,Qq', exec: 'punpckhbw_P_Q' },
  { ...unpack, opcode: 'NP 0F 69', mnemonic: 'punpckhwd', operands: 'Pq,Qq', exec: 'punpckhwd_P_Q' },
  { ...unpack, opcode: 'NP 0F 6A', mnemonic: 'punpckhdq', operands: 'Pq,Qq', exec: 'punpckhdq_P_Q' },
  { ...unpack, opcode: 'NP 0F 6B', mnemonic: 'packssdw', operands: 'Pq,Qq', exec: 'packssdw_P_Q' },
  // Compare.
  { ...compare, opcode: 'NP 0F 64', mnemonic: 'pcmpgtb', operands: 'Pq,Qq', exec: 'pcmpgtb_P_Q' },
  { ...compare, opcode: 'NP 0F 65', mnemonic: 'pcmpgtw', operands: 'Pq,Qq', exec: 'pcmpgtw_P_Q' },
  { ...compare, opcode: 'NP 0F 66', mnemonic: 'pcmpgtd', operands: 'Pq,Qq', exec: 'pcmpgtd_P_Q' },
  { ...compare, opcode: 'NP 0F 74', mnemonic: 'pcmpeqb', operands: 'Pq,Qq', exec: 'pcmpeqb_P_Q' },
  { ...compare, opcode: 'NP 0F 75', mnemonic: 'pcmpeqw', operands: 'Pq,Qq', exec: 'pcmpeqw_P_Q' },
  { ...compare, opcode: 'NP 0F 76', mnemonic: 'pcmpeqd', operands: 'Pq,Qq', exec: 'pcmpeqd_P_Q' },
  // Shift.
  { ...shift, opcode: 'NP 0F D1', mnemonic: 'psrlw', operands: 'Pq,Qq', exec: 'psrlw_P_Q' },
  { ...shift, opcode: 'NP 0F D2', mnemonic: 'psrld', operands: 'Pq,Qq', exec: 'psrld_P_Q' },
  { ...shift, opcode: 'NP 0F D3', mnemonic: 'psrlq', operands: 'Pq,Qq', exec: 'psrlq_P_Q' },
  { ...shift, opcode: 'NP 0F E1', mnemonic: 'psraw', operands: 'Pq,Qq', exec: 'psraw_P_Q' },
  { ...shift, opcode: 'NP 0F E2', mnemonic: 'psrad', operands: 'Pq,Qq', exec: 'psrad_P_Q' },
  { ...shift, opcode: 'NP 0F F1', mnemonic: 'psllw', operands: 'Pq,Qq', exec: 'psllw_P_Q' },
  { ...shift, opcode: 'NP 0F F2', mnemonic: 'pslld', operands: 'Pq,Qq', exec: 'pslld_P_Q' },
  { ...shift, opcode: 'NP 0F F3', mnemonic: 'psllq', operands: 'Pq,Qq', exec: 'psllq_P_Q' },
  { ...shift, opcode: 'NP 0F 71 /2 reg', mnemonic: 'psrlw', operands: 'Nq,Ib', exec: 'psrlw_N_I' },
  { ...shift, opcode: 'NP 0F 71 /4 reg', mnemonic: 'psraw', operands: 'Nq,Ib', exec: 'psraw_N_I' },
  { ...shift, opcode: 'NP 0F 71 /6 reg', mnemonic: 'psllw', operands: 'Nq,Ib', exec: 'psllw_N_I' },
  { ...shift, opcode: 'NP 0F 72 /2 reg', mnemonic: 'psrld', operands: 'Nq,Ib', exec: 'psrld_N_I' },
  { ...shift, opcode: 'NP 0F 72 /4 reg', mnemonic: 'psrad', operands: 'Nq,Ib', exec: 'psrad_N_I' },
  { ...shift, opcode: 'NP 0F 72 /6 reg', mnemonic: 'pslld', operands: 'Nq,Ib', exec: 'pslld_N_I' },
  { ...shift, opcode: 'NP 0F 73 /2 reg', mnemonic: 'psrlq', operands: 'Nq,Ib', exec: 'psrlq_N_I' },
  { ...shift, opcode: 'NP 0F 73 /6 reg', mnemonic: 'psllq', operands: 'Nq,Ib', exec: 'psllq_N_I' },
  // Logic.
  { ...logic, opcode: 'NP 0F DB', mnemonic: 'pand', operands: 'Pq,Qq', exec: 'pand_P_Q' },
  { ...logic, opcode: 'NP 0F DF', mnemonic: 'pandn', operands: 'Pq,Qq', exec: 'pandn_P_Q' },
  { ...logic, opcode: 'NP 0F EB', mnemonic: 'por', operands: 'Pq,Qq', exec: 'por_P_Q' },
  { ...logic, opcode: 'NP 0F EF', mnemonic: 'pxor', operands: 'Pq,Qq', exec: 'pxor_P_Q' },
  // Add and subtract.
  { ...add, opcode: 'NP 0F FC', mnemonic: 'paddb', operands: 'Pq,Qq', exec: 'paddb_P_Q' },
  { ...add, opcode: 'NP 0F FD', mnemonic: 'paddw', operands: 'Pq,Qq', exec: 'paddw_P_Q' },
  { ...add, opcode: 'NP 0F FE', mnemonic: 'paddd', operands: 'Pq,Qq', exec: 'paddd_P_Q' },
  { ...add, opcode: 'NP 0F EC', mnemonic: 'paddsb', operands: 'Pq,Qq', exec: 'paddsb_P_Q' },
  { ...add, opcode: 'NP 0F ED', mnemonic: 'paddsw', operands: 'Pq,Qq', exec: 'paddsw_P_Q' },
  { ...add, opcode: 'NP 0F DC', mnemonic: 'paddusb', operands: 'Pq,Qq', exec: 'paddusb_P_Q' },
  { ...add, opcode: 'NP 0F DD', mnemonic: 'paddusw', operands: 'Pq,Qq', exec: 'paddusw_P_Q' },
  { ...add, opcode: 'NP 0F F8', mnemonic: 'psubb', operands: 'Pq,Qq', exec: 'psubb_P_Q' },
  { ...add, opcode: 'NP 0F F9', mnemonic: 'psubw', operands: 'Pq,Qq', exec: 'psubw_P_Q' },
  { ...add, opcode: 'NP 0F FA', mnemonic: 'psubd', operands: 'Pq,Qq', exec: 'psubd_P_Q' },
  { ...add, opcode: 'NP 0F E8', mnemonic: 'psubsb', operands: 'Pq,Qq', exec: 'psubsb_P_Q' },
  { ...add, opcode: 'NP 0F E9', mnemonic: 'psubsw', operands: 'Pq,Qq', exec: 'psubsw_P_Q' },
  { ...add, opcode: 'NP 0F D8', mnemonic: 'psubusb', operands: 'Pq,Qq', exec: 'psubusb_P_Q' },
  { ...add, opcode: 'NP 0F D9', mnemonic: 'psubusw', operands: 'Pq,Qq', exec: 'psubusw_P_Q' },
  // Multiply.
  { ...multiply, opcode: 'NP 0F D5', mnemonic: 'pmullw', operands: 'Pq,Qq', exec: 'pmullw_P_Q' },
  { ...multiply, opcode: 'NP 0F E5', mnemonic: 'pmulhw', operands: 'Pq,Qq', exec: 'pmulhw_P_Q' },
  { ...multiply, opcode: 'NP 0F F5', mnemonic: 'pmaddwd', operands: 'Pq,Qq', exec: 'pmaddwd_P_Q' },
];
