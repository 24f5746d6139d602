// Writes assembly/cpu/interpret.generated.ts: the hot switch, one arm per HotOp. The arms differ only in operand size and form, and
// must all stand in one function, so they are made from the tables below. `npm run generate -w @ring3/core`.
import { readFileSync, writeFileSync } from 'node:fs';

const type = (size) => `u${size}`;

/** What an arm does when its address faulted. */
const leaveFaulted = 'return faulted(ip, n - ((ip - start) >>> 4));';
const readOperand = (address, bytes) => [`p = readAt(table, ${address}(ip), ${bytes});`, `if (!p) ${leaveFaulted}`];
/** Right without an index too: then it is Cpu.Zero. The commonest moves have an arm for either form. */
const anyAddress = 'addressX';
const checkTarget = 'if (<u32>(va >> 47) && !isCanonical(va)) return badTarget(ip, n - ((ip - start) >>> 4));';
const checkCallTarget = checkTarget.replace('badTarget', 'badCallTarget');
const jumpToVa = [checkTarget, 'store<u64>(MemoryMap.Cpu + Cpu.Rip, va);'];

const arms = [];
/** An arm that goes on with the next micro-op. */
const arm = (names, ...lines) =>
  arms.push(...[names].flat().map((name) => `case HotOp.${name}:`), ...lines, 'ip += Uop.Bytes;', 'continue;');
/** An arm that ends in a taken branch. */
const branch = (name, ...lines) => arms.push(`case HotOp.${name}:`, ...lines, 'break;');

// Arithmetic: how each operation makes its result (and flags) from sign-extended a and b, and whether it stores it.
const alu = {
  add: { make: (t, a, b) => `add<${t}>(${a}, ${b})`, stores: true },
  or: { make: (t, a, b) => `logic<${t}>(${a} | ${b})`, stores: true },
  adc: { make: (t, a, b) => `adc<${t}>(${a}, ${b})`, stores: true },
  sbb: { make: (t, a, b) => `sbb<${t}>(${a}, ${b})`, stores: true },
  and: { make: (t, a, b) => `logic<${t}>(${a} & ${b})`, stores: true },
  sub: { make: (t, a, b) => `sub<${t}>(${a}, ${b})`, stores: true },
  xor: { make: (t, a, b) => `logic<${t}>(${a} ^ ${b})`, stores: true },
  cmp: { make: (t, a, b) => `sub<${t}>(${a}, ${b})`, stores: false },
  test: { make: (t, a, b) => `logic<${t}>(${a} & ${b})`, stores: false },
};

function aluArm(name) {
  const [, mnemonic, size, left, right] = /^([a-z]+)(\d+)_(.)_(.)$/.exec(name);
  const t = type(size);
  const operand = (kind) => (kind === 'M' ? `M<${t}>(p)` : `${kind}<${t}>(ip)`);
  const value = alu[mnemonic].make(t, operand(left), operand(right));
  const { stores } = alu[mnemonic];
  if (left === 'M' && stores) {
    const address = [`p = modifyAt(table, ${anyAddress}(ip), ${size / 8});`, `if (!p) ${leaveFaulted}`];
    arm(name, ...address, `store<${t}>(p, ${value}, TlbLayout.Bias);`, 'modified(p);');
    return;
  }
  const read = left === 'M' || right === 'M' ? readOperand(anyAddress, size / 8) : [];
  arm(name, ...read, stores ? `set${left}<${t}>(ip, ${value});` : `${value};`);
}

const all = Object.keys(alu);
for (const form of ['R_G', 'R_I']) for (const name of all) for (const size of [32, 64]) aluArm(`${name}${size}_${form}`);
for (const name of ['add', 'or', 'and', 'sub', 'xor', 'cmp']) for (const size of [32, 64]) aluArm(`${name}${size}_G_M`);
for (const name of ['cmp32_M_G', 'cmp64_M_G', 'cmp32_M_I', 'cmp64_M_I', 'test32_M_I']) aluArm(name);
for (const name of ['add32_M_G', 'add64_M_G', 'add32_M_I', 'add64_M_I', 'sub32_M_I', 'sub64_M_I']) aluArm(name);
for (const name of ['cmp8_R_G', 'cmp8_R_I', 'cmp8_M_I', 'cmp8_M_G', 'cmp8_G_M', 'test8_R_G', 'test8_R_I', 'test8_M_I']) aluArm(name);
for (const name of ['and8_R_I', 'sub8_R_I', 'cmp16_R_I', 'cmp16_M_I']) aluArm(name);

// Moves.
const loadArm = (name, address, bytes, set) => arm(name, ...readOperand(address, bytes), set);
const storeArm = (name, address, size, value) => arm(name, `if (!put<${type(size)}>(table, ${address}(ip), ${value})) ${leaveFaulted}`);
const regValue = (size) => `reg<${type(size)}>(load<u8>(ip, Uop.Reg))`;
const rmValue = (t) => `reg<${t}>(load<u8>(ip, Uop.Rm))`;
for (const size of [8, 32, 64]) arm(`mov${size}_R_G`, `setR<${type(size)}>(ip, ${regValue(size)});`);
arm('mov8_R_I', 'setR<u8>(ip, load<u8>(ip, Uop.Imm));');
arm('mov32_R_I', 'setR<u32>(ip, load<u32>(ip, Uop.Imm));');
arm('mov64_R_I', 'setR<u64>(ip, I<u64>(ip));');
arm('mov64_Z_I', 'setR<u64>(ip, <u64>load<u32>(ip, Uop.Imm) | (<u64>load<u32>(ip, Uop.Disp) << 32));');
for (const [form, address, loads, stores] of [
  ['M', 'addressM', [8, 32, 64], [8, 16, 32, 64]],
  ['X', 'addressX', [32, 64], [8, 32, 64]],
]) {
  for (const size of loads)
    loadArm(
      `mov${size}_G_${form}`,
      size === 8 ? anyAddress : address,
      size / 8,
      `setG<${type(size)}>(ip, load<${type(size)}>(p, TlbLayout.Bias));`,
    );
  for (const size of stores) storeArm(`mov${size}_${form}_G`, size === 16 ? anyAddress : address, size, regValue(size));
  for (const size of [32, 64]) arm(`lea${size}_${form}`, `setG<${type(size)}>(ip, <${type(size)}>${address}(ip));`);
  loadArm(`movzx32_G_${form}b`, address, 1, 'setG<u32>(ip, load<u8>(p, TlbLayout.Bias));');
  loadArm(`movzx32_G_${form}w`, address, 2, 'setG<u32>(ip, load<u16>(p, TlbLayout.Bias));');
  loadArm(`movsxd64_G_${form}`, address, 4, 'setG<u64>(ip, M<u32>(p));');
}
for (const size of [8, 32]) storeArm(`mov${size}_M_I`, anyAddress, size, `load<${type(size)}>(ip, Uop.Imm)`);
storeArm('mov64_M_I', anyAddress, 64, 'I<u64>(ip)');
for (const [name, line] of [
  ['mov64_G_Fs', 'setG<u64>(ip, load<u64>(p, TlbLayout.Bias));'],
  ['sub64_G_Fs', 'setG<u64>(ip, sub<u64>(G<u64>(ip), M<u64>(p)));'],
]) {
  arm(name, 'p = readAt(table, addressM(ip) + reg<u64>(Cpu.FsBase), 8);', `if (!p) ${leaveFaulted}`, line);
}
arm('movzx32_G_Rb', `setG<u32>(ip, ${rmValue('u8')});`);
arm('movzx32_G_Rw', `setG<u32>(ip, ${rmValue('u16')});`);
arm('movsxd64_G_R', 'setG<u64>(ip, R<u32>(ip));');
for (const [letter, t, bytes] of [
  ['b', 'i8', 1],
  ['w', 'i16', 2],
]) {
  for (const size of [32, 64]) {
    arm(`movsx${size}_G_R${letter}`, `setG<u${size}>(ip, <u${size}>(<i${size}>${rmValue(t)}));`);
    loadArm(`movsx${size}_G_M${letter}`, anyAddress, bytes, `setG<u${size}>(ip, <u${size}>(<i${size}>load<${t}>(p, TlbLayout.Bias)));`);
  }
}

// One operand, multiplication, shifts, conversions, conditions.
for (const size of [32, 64]) {
  const t = type(size);
  arm(`inc${size}_R`, `setR<${t}>(ip, inc<${t}>(R<${t}>(ip)));`);
  arm(`dec${size}_R`, `setR<${t}>(ip, dec<${t}>(R<${t}>(ip)));`);
  arm(`not${size}_R`, `setR<${t}>(ip, <${t}>~R<${t}>(ip));`);
  arm(`neg${size}_R`, `setR<${t}>(ip, sub<${t}>(0, R<${t}>(ip)));`);
  arm(`imul${size}_G_R`, `setG<${t}>(ip, imul${size}(G<${t}>(ip), R<${t}>(ip)));`);
  loadArm(`imul${size}_G_M`, anyAddress, size / 8, `setG<${t}>(ip, imul${size}(G<${t}>(ip), M<${t}>(p)));`);
  arm(`imul${size}_G_R_I`, `setG<${t}>(ip, imul${size}(R<${t}>(ip), I<${t}>(ip)));`);
  for (const name of ['shl', 'shr', 'sar', 'rol', 'ror']) arm(`${name}${size}_R_I`, `${name}Register<${t}>(ip, load<u8>(ip, Uop.Imm));`);
  for (const name of ['shl', 'shr', 'sar']) arm(`${name}${size}_R_C`, `${name}Register<${t}>(ip, reg<u8>(Cpu.Rcx));`);
}
arm('cbw32', 'setReg<u32>(Cpu.Rax, <u32>(<i32>reg<i16>(Cpu.Rax)));');
arm('cbw64', 'setReg<u64>(Cpu.Rax, wide<u32>(reg<u32>(Cpu.Rax)));');
arm('cwd32', 'setReg<u32>(Cpu.Rdx, <u32>(reg<i32>(Cpu.Rax) >> 31));');
arm('cwd64', 'setReg<u64>(Cpu.Rdx, <u64>(reg<i64>(Cpu.Rax) >> 63));');
arm('cmov32', `setG<u32>(ip, condition(load<u8>(ip, Uop.Imm)) ? ${rmValue('u32')} : ${regValue(32)});`);
arm('cmov64', `if (condition(load<u8>(ip, Uop.Imm))) setG<u64>(ip, ${rmValue('u64')});`);
arm('set', 'setR<u8>(ip, <u8>condition(load<u8>(ip, Uop.Imm)));');

// Stack.
const stackTop = (register) => [`va = reg<u64>(Cpu.${register});`, 'p = stackAt(table, va);', `if (!p) ${leaveFaulted}`];
arm('push64_Z', `if (!push(table, ${rmValue('u64')})) ${leaveFaulted}`);
arm('push64_I', `if (!push(table, I<u64>(ip))) ${leaveFaulted}`);
arm('push64_M', 'p = readAt(table, addressX(ip), 8);', `if (!p || !push(table, load<u64>(p, TlbLayout.Bias))) ${leaveFaulted}`);
arm('pop64_Z', ...stackTop('Rsp'), 'setReg<u64>(Cpu.Rsp, va + 8);', 'setR<u64>(ip, load<u64>(p, TlbLayout.Bias));');
arm('leave64', ...stackTop('Rbp'), 'setReg<u64>(Cpu.Rsp, va + 8);', 'setReg<u64>(Cpu.Rbp, load<u64>(p, TlbLayout.Bias));');
arm('nop');

// Branches. The displacement of a memory operand lies in imm here (promote.ts): disp is the link.
const jccs = {
  jo: 'getOf()',
  jno: '!getOf()',
  jb: 'isBelow()',
  jae: '!isBelow()',
  je: 'ccResult == 0',
  jne: 'ccResult != 0',
  jbe: 'isBelowEqual()',
  ja: '!isBelowEqual()',
  js: 'isSign()',
  jns: '!isSign()',
  jp: 'getPf()',
  jnp: '!getPf()',
  jl: 'isLess()',
  jge: '!isLess()',
  jle: 'isLessEqual()',
  jg: '!isLessEqual()',
};
for (const [name, holds] of Object.entries(jccs)) arm(name, `if (${holds}) break;`, 'store<u8>(ip, 1, Uop.Fell);');
const pushNext = `if (!push(table, uopNextRip(ip))) ${leaveFaulted}`;
const base = `${rmValue('u64')} + I<u64>(ip)`;
const index = 'index = load<u8>(ip, Uop.Index);';
const targetAt = (address) => [`p = readAt(table, ${address}, 8);`, `if (!p) ${leaveFaulted}`, 'va = load<u64>(p, TlbLayout.Bias);'];
branch('jmp_J');
branch('call_J', pushNext);
branch('jmp_R', `va = ${rmValue('u64')};`, ...jumpToVa);
branch('jmp_M', ...targetAt(base), ...jumpToVa);
branch('jmp_X', index, ...targetAt(`${base} + (reg<u64>(index & 0xf8) << (index & 3))`), ...jumpToVa);
branch('call_R', `va = ${rmValue('u64')};`, checkCallTarget, pushNext, 'store<u64>(MemoryMap.Cpu + Cpu.Rip, va);');
branch('call_M', ...targetAt(base), checkCallTarget, pushNext, 'store<u64>(MemoryMap.Cpu + Cpu.Rip, va);');
branch('ret', ...stackTop('Rsp'), 'va = load<u64>(p, TlbLayout.Bias);', ...jumpToVa, 'setReg<u64>(Cpu.Rsp, reg<u64>(Cpu.Rsp) + 8);');

// SSE: moves, and calls of the cold functions.
const v = 'xmm(load<u8>(ip, Uop.Reg))';
const w = 'xmm(load<u8>(ip, Uop.Rm))';
arm('movaps_V_R', `v128.store(${v}, v128.load(${w}));`);
loadArm('movups_V_M', anyAddress, 16, `v128.store(${v}, v128.load(p, TlbLayout.Bias));`);
arm('movups_M_V', `if (!putV(table, addressX(ip), ${v})) ${leaveFaulted}`);
arm('movaps_V_M', 'p = alignedAt(table, addressX(ip));', `if (!p) ${leaveFaulted}`, `v128.store(${v}, v128.load(p, TlbLayout.Bias));`);
arm('movaps_M_V', 'va = addressX(ip);', `if (misaligned(va) || !putV(table, va, ${v})) ${leaveFaulted}`);
for (const [name, t] of [
  ['movsd', 'u64'],
  ['movss', 'u32'],
]) {
  arm(
    `${name}_V_M`,
    ...readOperand(anyAddress, t === 'u64' ? 8 : 4),
    `store<u64>(${v}, load<${t}>(p, TlbLayout.Bias));`,
    `store<u64>(${v}, 0, 8);`,
  );
}
arm(['movsd_M_V', 'movq_M_V'], `if (!put<u64>(table, addressX(ip), load<u64>(${v}))) ${leaveFaulted}`);
arm('movss_M_V', `if (!put<u32>(table, addressX(ip), load<u32>(${v}))) ${leaveFaulted}`);
arm('movq32_V_R', `store<u64>(${v}, ${rmValue('u32')});`, `store<u64>(${v}, 0, 8);`);
arm('movq64_V_R', `store<u64>(${v}, ${rmValue('u64')});`, `store<u64>(${v}, 0, 8);`);
arm('movq64_R_V', `setR<u64>(ip, load<u64>(${v}));`);

const calls = {
  add: ['paddd_V_W', 'psubb_V_W'],
  'arith-scalar': ['addsd', 'addss', 'divsd', 'mulsd', 'mulss', 'subsd', 'subss'],
  comis: ['comisd', 'ucomisd'],
  compare: ['pcmpeqb_V_W'],
  'convert-integer': ['cvtsi2sd', 'cvttsd2si'],
  logic: ['pand_V_W', 'pandn_V_W', 'por_V_W', 'pxor_V_W'],
  mask: ['pmovmskb_G_U'],
  minmax: ['pminub_V_W'],
  'move-half': ['movhigh_V_M'],
  shift: ['psrldq'],
  unpack: ['punpcklqdq'],
};
const sized = new Set(calls['convert-integer']);
for (const name of Object.values(calls).flat()) {
  const forms = sized.has(name) ? [32, 64].map((size) => [`${name}${size}`, `${name}<u${size}>(ip)`]) : [[name, `${name}(ip)`]];
  for (const [hot, call] of forms) arm(hot, `status = ${call};`, 'if (status) return leave(status, ip, n - ((ip - start) >>> 4));');
}

const source = `// Generated by \`npm run generate -w @ring3/core\` from tools/hot-switch.mjs. Do not edit.

import { Cpu } from '../../../abi/src/machine/cpu-state';
import { Status } from '../../../abi/src/machine/exits';
import { MemoryMap } from '../../../abi/src/machine/memory-map';
import { Uop } from '../../../abi/src/machine/uop';
import { execute } from '../decode/dispatch.generated';
${Object.entries(calls)
  .map(([file, names]) => `import { ${names.join(', ')} } from '../execute/sse/${file}';`)
  .join('\n')}
import { readTable, TlbLayout } from '../mmu/tlb';
import { isCanonical } from '../mmu/walk';
import { condition, isBelow, isBelowEqual, isLess, isLessEqual, isSign } from './conditions';
import { ccResult, getOf, getPf } from './flags';
import {
  adc, add, addressM, addressX, alignedAt, dec, G, I, imul32, imul64, inc, logic, M, misaligned, modified, modifyAt, push, put, putV, R, readAt,
  sbb, setG, setR, stackAt, sub, wide,
} from './hot';
import { HotOp } from './hot-ops';
import { rolRegister, rorRegister, sarRegister, shlRegister, shrRegister } from './hot-shift';
import { reg, setReg, uopNextRip, uopRip, xmm } from './operands';
import { badCallTarget, badTarget, enter, faulted, findCode, leave, pause, resolve, stillJoined, stop } from './transfer';

/**
 * Executes micro-ops from \`ip\` on, until \`n\` instructions have retired and a branch is taken, or something happens. Returns 0
 * or a status; Cpu.Rip is exact, \`left\` (transfer.ts) says how many of n are left.
 *
 * Straight runs are contiguous, so instructions are counted at taken branches only, by the distance from where the run was entered.
 * A switch arm ends in \`continue\` for the next micro-op, in \`break\` for the taken branch at ip.
 */
export function interpret(ip: u32, n: i32): i32 {
  const table = readTable;
  let start = ip;
  let p: u32 = 0;
  let va: u64 = 0;
  let index: u32 = 0;
  let status: i32 = 0;
  while (true) {
    while (true) {
      switch (<i32>load<u16>(ip)) {
        case HotOp.Goto:
        case HotOp.PageEnd:
          n++;
          break;
        case HotOp.Straddle:
          if (!stillJoined(ip)) return pause(uopRip(ip), n - ((ip - start) >>> 4));
          start += Uop.Bytes;
          ip += Uop.Bytes;
          continue;
        case HotOp.Enter:
          return enter(ip, n - ((ip - start) >>> 4));
        case HotOp.End:
          return pause(reg<u64>(Cpu.PageVa) + load<u32>(ip, Uop.Imm), n - ((ip - start) >>> 4));
${arms.map((line) => (line.startsWith('case') ? '        ' : '          ') + line).join('\n')}
        default: {
          status = execute(load<u16>(ip), ip);
          if (status == Status.Next) {
            ip += Uop.Bytes;
            continue;
          }
          n -= (ip - start) >>> 4;
          if (status != Status.Jump) return leave(status, ip, n);
          n--;
          ip = findCode(load<u64>(MemoryMap.Cpu + Cpu.Rip));
          if (!ip || n < 0) return stop(n);
          start = ip;
          continue;
        }
      }
      break;
    }
    n -= ((ip - start) >>> 4) + 1;
    let target = load<u32>(ip, Uop.Disp);
    if (!target) {
      target = resolve(ip);
      if (!target) return stop(n);
    }
    if (n < 0) return pause(uopRip(target), n);
    start = target;
    ip = target;
  }
}
`;

const file = new URL('../assembly/cpu/interpret.generated.ts', import.meta.url);
if (!process.argv.includes('--check')) writeFileSync(file, source);
else if (readFileSync(file, 'utf8') !== source) {
  console.error('interpret.generated.ts is out of date: run npm run generate');
  process.exitCode = 1;
}
