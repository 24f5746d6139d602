import { Cpu } from '../../../abi/src/machine/cpu-state';
import { ExitReason, Status } from '../../../abi/src/machine/exits';
import { MemoryMap, PageSize } from '../../../abi/src/machine/memory-map';
import { Uop, UopFlag } from '../../../abi/src/machine/uop';
import { Vector } from '../../../abi/src/x86/vectors';
import { execute } from '../decode/dispatch.generated';
import { paddd_V_W } from '../execute/sse/add';
import { addsd, addss, divsd, mulsd, mulss, subsd, subss } from '../execute/sse/arith-scalar';
import { comisd, ucomisd } from '../execute/sse/comis';
import { pcmpeqb_V_W } from '../execute/sse/compare';
import { cvtsi2sd, cvttsd2si } from '../execute/sse/convert-integer';
import { pand_V_W, por_V_W, pxor_V_W } from '../execute/sse/logic';
import { pmovmskb_G_U } from '../execute/sse/mask';
import { pminub_V_W } from '../execute/sse/minmax';
import { fault, faultWith, takeNonCanonical } from '../mmu/access';
import { readTable, TlbLayout } from '../mmu/tlb';
import { isCanonical } from '../mmu/walk';
import { decodedAt, isJoined } from './code-cache';
import { condition, isBelow, isBelowEqual, isLess, isLessEqual, isSign } from './conditions';
import { Retired } from './exceptions';
import { ccResult, getOf, getPf } from './flags';
import { adc, add, addressM, addressX, alignedAt, dec, G, I, imul32, imul64, inc, logic, M, misaligned, modified, modifyAt, push, put, putV, R, readAt, rolRegister, rorRegister, sarRegister, sbb, setG, setR, shlRegister, shrRegister, stackAt, sub, wide } from './hot';
import { HotOp } from './hot-ops';
import { reg, setReg, uopNextRip, uopRip, xmm } from './operands';

/** What is left of the count that interpret was given. Negative: a straight run went on a little further. */
export let left: i32 = 0;

/** Leaves at an instruction that has had no effect. */
function faulted(u: u32, n: i32): i32 {
  left = n;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopRip(u));
  const status = fault();
  if (status == ExitReason.Exception) attributeToStack(u);
  return status;
}

/** Leaves at a branch to a non-canonical address. */
function badTarget(u: u32, n: i32): i32 {
  faultWith(Vector.GP, 0);
  return faulted(u, n);
}

/** A non-canonical address through rsp or rbp without a segment override is #SS, not #GP. */
function attributeToStack(u: u32): void {
  if (!takeNonCanonical()) return;
  const base = <u32>load<u8>(u, Uop.Rm);
  if (base != Cpu.Rsp && base != Cpu.Rbp) return;
  if (load<u8>(u, Uop.Flags) & (UopFlag.RmReg | UopFlag.Fs | UopFlag.Gs)) return;
  store<u32>(MemoryMap.Cpu + Cpu.ExitVector, Vector.SS);
}

/** Leaves after a cold micro-op that did not say Next or Jump; `n` counts what retired before it. */
function leave(status: i32, u: u32, n: i32): i32 {
  const retired = status == ExitReason.Syscall || status == ExitReason.Int80 || status >= Retired.Trap;
  if (retired) {
    left = n - 1;
    return status;
  }
  left = n;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopRip(u));
  if (status == ExitReason.Exception) attributeToStack(u);
  return status;
}

/** Leaves with nothing to tell: rip is where to go on. */
function pause(rip: u64, n: i32): i32 {
  left = n;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, rip);
  return 0;
}

/** The decoded micro-op at rip, through the X table of the window; makes its page the current one. 0 = ask run. */
function findCode(rip: u64): u32 {
  store<u64>(MemoryMap.Cpu + Cpu.Rip, rip);
  if (rip >> 32) return 0;
  const low = <u32>rip;
  const code = load<u32>(readTable + ((low >>> 12) << 2), TlbLayout.Execute);
  if (!code) return 0;
  store<u64>(MemoryMap.Cpu + Cpu.PageVa, rip & ~0xfff);
  return decodedAt(code, low & 0xfff);
}

/** May the instruction behind a Straddle micro-op run? */
function stillJoined(u: u32): bool {
  const next = reg<u64>(Cpu.PageVa) + PageSize.Bytes;
  if (next >> 32) return false;
  return isJoined(u, load<u32>(readTable + ((<u32>next >>> 12) << 2), TlbLayout.Execute));
}

/** The target of a taken branch that has no link yet; in-page ones get it. Indirect branches left their target in Cpu.Rip. */
function resolve(u: u32): u32 {
  if (load<u16>(u) > <u32>HotOp.call_J) return findCode(load<u64>(MemoryMap.Cpu + Cpu.Rip));
  const offset = load<i32>(u, Uop.Imm);
  const target = findCode(reg<u64>(Cpu.PageVa) + <u64>(<i64>offset));
  if (target && <u32>offset < 4096) store<u32>(u, target, Uop.Disp);
  return target;
}

/**
 * Executes micro-ops from `ip` on, until `n` instructions have retired and a branch is taken, or something happens. Returns 0
 * or a status; Cpu.Rip is exact, `left` says how many of n are left.
 *
 * Straight runs are contiguous, so instructions are counted at taken branches only, by the distance from where the run was entered.
 * A switch arm ends in `continue` for the next micro-op, in `break` for the taken branch at ip.
 */
export function interpret(ip: u32, n: i32): i32 {
  const table = readTable;
  let start = ip;
  let p: u32 = 0;
  let va: u64 = 0;
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
        case HotOp.End:
          return pause(reg<u64>(Cpu.PageVa) + load<u32>(ip, Uop.Imm), n - ((ip - start) >>> 4));
        case HotOp.add32_R_G:
          setR<u32>(ip, add<u32>(R<u32>(ip), G<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.add64_R_G:
          setR<u64>(ip, add<u64>(R<u64>(ip), G<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.or32_R_G:
          setR<u32>(ip, logic<u32>(R<u32>(ip) | G<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.or64_R_G:
          setR<u64>(ip, logic<u64>(R<u64>(ip) | G<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.adc32_R_G:
          setR<u32>(ip, adc<u32>(R<u32>(ip), G<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.adc64_R_G:
          setR<u64>(ip, adc<u64>(R<u64>(ip), G<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sbb32_R_G:
          setR<u32>(ip, sbb<u32>(R<u32>(ip), G<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sbb64_R_G:
          setR<u64>(ip, sbb<u64>(R<u64>(ip), G<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.and32_R_G:
          setR<u32>(ip, logic<u32>(R<u32>(ip) & G<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.and64_R_G:
          setR<u64>(ip, logic<u64>(R<u64>(ip) & G<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sub32_R_G:
          setR<u32>(ip, sub<u32>(R<u32>(ip), G<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sub64_R_G:
          setR<u64>(ip, sub<u64>(R<u64>(ip), G<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.xor32_R_G:
          setR<u32>(ip, logic<u32>(R<u32>(ip) ^ G<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.xor64_R_G:
          setR<u64>(ip, logic<u64>(R<u64>(ip) ^ G<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp32_R_G:
          sub<u32>(R<u32>(ip), G<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp64_R_G:
          sub<u64>(R<u64>(ip), G<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.test32_R_G:
          logic<u32>(R<u32>(ip) & G<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.test64_R_G:
          logic<u64>(R<u64>(ip) & G<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.add32_R_I:
          setR<u32>(ip, add<u32>(R<u32>(ip), I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.add64_R_I:
          setR<u64>(ip, add<u64>(R<u64>(ip), I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.or32_R_I:
          setR<u32>(ip, logic<u32>(R<u32>(ip) | I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.or64_R_I:
          setR<u64>(ip, logic<u64>(R<u64>(ip) | I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.adc32_R_I:
          setR<u32>(ip, adc<u32>(R<u32>(ip), I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.adc64_R_I:
          setR<u64>(ip, adc<u64>(R<u64>(ip), I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sbb32_R_I:
          setR<u32>(ip, sbb<u32>(R<u32>(ip), I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sbb64_R_I:
          setR<u64>(ip, sbb<u64>(R<u64>(ip), I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.and32_R_I:
          setR<u32>(ip, logic<u32>(R<u32>(ip) & I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.and64_R_I:
          setR<u64>(ip, logic<u64>(R<u64>(ip) & I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sub32_R_I:
          setR<u32>(ip, sub<u32>(R<u32>(ip), I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sub64_R_I:
          setR<u64>(ip, sub<u64>(R<u64>(ip), I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.xor32_R_I:
          setR<u32>(ip, logic<u32>(R<u32>(ip) ^ I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.xor64_R_I:
          setR<u64>(ip, logic<u64>(R<u64>(ip) ^ I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp32_R_I:
          sub<u32>(R<u32>(ip), I<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp64_R_I:
          sub<u64>(R<u64>(ip), I<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.test32_R_I:
          logic<u32>(R<u32>(ip) & I<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.test64_R_I:
          logic<u64>(R<u64>(ip) & I<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.add32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, add<u32>(G<u32>(ip), M<u32>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.add64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, add<u64>(G<u64>(ip), M<u64>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.or32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, logic<u32>(G<u32>(ip) | M<u32>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.or64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, logic<u64>(G<u64>(ip) | M<u64>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.and32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, logic<u32>(G<u32>(ip) & M<u32>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.and64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, logic<u64>(G<u64>(ip) & M<u64>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sub32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, sub<u32>(G<u32>(ip), M<u32>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sub64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, sub<u64>(G<u64>(ip), M<u64>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.xor32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, logic<u32>(G<u32>(ip) ^ M<u32>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.xor64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, logic<u64>(G<u64>(ip) ^ M<u64>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u32>(G<u32>(ip), M<u32>(p));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u64>(G<u64>(ip), M<u64>(p));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp32_M_G:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u32>(M<u32>(p), G<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp64_M_G:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u64>(M<u64>(p), G<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp32_M_I:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u32>(M<u32>(p), I<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp64_M_I:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u64>(M<u64>(p), I<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.test32_M_I:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          logic<u32>(M<u32>(p) & I<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.add32_M_G:
          p = modifyAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u32>(p, add<u32>(M<u32>(p), G<u32>(ip)), TlbLayout.Bias);
          modified(p);
          ip += Uop.Bytes;
          continue;
        case HotOp.add64_M_G:
          p = modifyAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u64>(p, add<u64>(M<u64>(p), G<u64>(ip)), TlbLayout.Bias);
          modified(p);
          ip += Uop.Bytes;
          continue;
        case HotOp.add32_M_I:
          p = modifyAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u32>(p, add<u32>(M<u32>(p), I<u32>(ip)), TlbLayout.Bias);
          modified(p);
          ip += Uop.Bytes;
          continue;
        case HotOp.add64_M_I:
          p = modifyAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u64>(p, add<u64>(M<u64>(p), I<u64>(ip)), TlbLayout.Bias);
          modified(p);
          ip += Uop.Bytes;
          continue;
        case HotOp.sub32_M_I:
          p = modifyAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u32>(p, sub<u32>(M<u32>(p), I<u32>(ip)), TlbLayout.Bias);
          modified(p);
          ip += Uop.Bytes;
          continue;
        case HotOp.sub64_M_I:
          p = modifyAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u64>(p, sub<u64>(M<u64>(p), I<u64>(ip)), TlbLayout.Bias);
          modified(p);
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp8_R_G:
          sub<u8>(R<u8>(ip), G<u8>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp8_R_I:
          sub<u8>(R<u8>(ip), I<u8>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp8_M_I:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u8>(M<u8>(p), I<u8>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp8_M_G:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u8>(M<u8>(p), G<u8>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp8_G_M:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u8>(G<u8>(ip), M<u8>(p));
          ip += Uop.Bytes;
          continue;
        case HotOp.test8_R_G:
          logic<u8>(R<u8>(ip) & G<u8>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.test8_R_I:
          logic<u8>(R<u8>(ip) & I<u8>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.test8_M_I:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          logic<u8>(M<u8>(p) & I<u8>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.and8_R_I:
          setR<u8>(ip, logic<u8>(R<u8>(ip) & I<u8>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.sub8_R_I:
          setR<u8>(ip, sub<u8>(R<u8>(ip), I<u8>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp16_R_I:
          sub<u16>(R<u16>(ip), I<u16>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmp16_M_I:
          p = readAt(table, addressM(ip), 2);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          sub<u16>(M<u16>(p), I<u16>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov8_R_G:
          setR<u8>(ip, reg<u8>(load<u8>(ip, Uop.Reg)));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov32_R_G:
          setR<u32>(ip, reg<u32>(load<u8>(ip, Uop.Reg)));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_R_G:
          setR<u64>(ip, reg<u64>(load<u8>(ip, Uop.Reg)));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov8_R_I:
          setR<u8>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov32_R_I:
          setR<u32>(ip, load<u32>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_R_I:
          setR<u64>(ip, I<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_Z_I:
          setR<u64>(ip, <u64>load<u32>(ip, Uop.Imm) | (<u64>load<u32>(ip, Uop.Disp) << 32));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov8_G_M:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u8>(ip, load<u8>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, load<u32>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, load<u64>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov8_M_G:
          if (!put<u8>(table, addressM(ip), reg<u8>(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov16_M_G:
          if (!put<u16>(table, addressM(ip), reg<u16>(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov32_M_G:
          if (!put<u32>(table, addressM(ip), reg<u32>(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_M_G:
          if (!put<u64>(table, addressM(ip), reg<u64>(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov8_M_I:
          if (!put<u8>(table, addressM(ip), load<u8>(ip, Uop.Imm))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov32_M_I:
          if (!put<u32>(table, addressM(ip), load<u32>(ip, Uop.Imm))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_M_I:
          if (!put<u64>(table, addressM(ip), I<u64>(ip))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov32_G_X:
          p = readAt(table, addressX(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, load<u32>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_G_X:
          p = readAt(table, addressX(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, load<u64>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov8_X_G:
          if (!put<u8>(table, addressX(ip), reg<u8>(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov32_X_G:
          if (!put<u32>(table, addressX(ip), reg<u32>(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_X_G:
          if (!put<u64>(table, addressX(ip), reg<u64>(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mov64_G_Fs:
          p = readAt(table, addressM(ip) + reg<u64>(Cpu.FsBase), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, load<u64>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.lea32_M:
          setG<u32>(ip, <u32>addressM(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.lea64_M:
          setG<u64>(ip, <u64>addressM(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.lea32_X:
          setG<u32>(ip, <u32>addressX(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.lea64_X:
          setG<u64>(ip, <u64>addressX(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.movzx32_G_Rb:
          setG<u32>(ip, reg<u8>(load<u8>(ip, Uop.Rm)));
          ip += Uop.Bytes;
          continue;
        case HotOp.movzx32_G_Rw:
          setG<u32>(ip, reg<u16>(load<u8>(ip, Uop.Rm)));
          ip += Uop.Bytes;
          continue;
        case HotOp.movzx32_G_Mb:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, load<u8>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.movzx32_G_Mw:
          p = readAt(table, addressM(ip), 2);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, load<u16>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.movzx32_G_Xb:
          p = readAt(table, addressX(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, load<u8>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.movzx32_G_Xw:
          p = readAt(table, addressX(ip), 2);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, load<u16>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx32_G_Rb:
          setG<u32>(ip, <u32>(<i32>reg<i8>(load<u8>(ip, Uop.Rm))));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx64_G_Rb:
          setG<u64>(ip, <u64>(<i64>reg<i8>(load<u8>(ip, Uop.Rm))));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx32_G_Rw:
          setG<u32>(ip, <u32>(<i32>reg<i16>(load<u8>(ip, Uop.Rm))));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx64_G_Rw:
          setG<u64>(ip, <u64>(<i64>reg<i16>(load<u8>(ip, Uop.Rm))));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx32_G_Mb:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, <u32>(<i32>load<i8>(p, TlbLayout.Bias)));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx64_G_Mb:
          p = readAt(table, addressM(ip), 1);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, <u64>(<i64>load<i8>(p, TlbLayout.Bias)));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx32_G_Mw:
          p = readAt(table, addressM(ip), 2);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, <u32>(<i32>load<i16>(p, TlbLayout.Bias)));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsx64_G_Mw:
          p = readAt(table, addressM(ip), 2);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, <u64>(<i64>load<i16>(p, TlbLayout.Bias)));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsxd64_G_R:
          setG<u64>(ip, R<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsxd64_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, M<u32>(p));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsxd64_G_X:
          p = readAt(table, addressX(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, M<u32>(p));
          ip += Uop.Bytes;
          continue;
        case HotOp.inc32_R:
          setR<u32>(ip, inc<u32>(R<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.inc64_R:
          setR<u64>(ip, inc<u64>(R<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.dec32_R:
          setR<u32>(ip, dec<u32>(R<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.dec64_R:
          setR<u64>(ip, dec<u64>(R<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.not32_R:
          setR<u32>(ip, <u32>~R<u32>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.not64_R:
          setR<u64>(ip, <u64>~R<u64>(ip));
          ip += Uop.Bytes;
          continue;
        case HotOp.neg32_R:
          setR<u32>(ip, sub<u32>(0, R<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.neg64_R:
          setR<u64>(ip, sub<u64>(0, R<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.imul32_G_R:
          setG<u32>(ip, imul32(G<u32>(ip), R<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.imul64_G_R:
          setG<u64>(ip, imul64(G<u64>(ip), R<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.imul32_G_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u32>(ip, imul32(G<u32>(ip), M<u32>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.imul64_G_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setG<u64>(ip, imul64(G<u64>(ip), M<u64>(p)));
          ip += Uop.Bytes;
          continue;
        case HotOp.imul32_G_R_I:
          setG<u32>(ip, imul32(R<u32>(ip), I<u32>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.imul64_G_R_I:
          setG<u64>(ip, imul64(R<u64>(ip), I<u64>(ip)));
          ip += Uop.Bytes;
          continue;
        case HotOp.shl32_R_I:
          shlRegister<u32>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.shl64_R_I:
          shlRegister<u64>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.shr32_R_I:
          shrRegister<u32>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.shr64_R_I:
          shrRegister<u64>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.sar32_R_I:
          sarRegister<u32>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.sar64_R_I:
          sarRegister<u64>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.shl32_R_C:
          shlRegister<u32>(ip, reg<u8>(Cpu.Rcx));
          ip += Uop.Bytes;
          continue;
        case HotOp.shl64_R_C:
          shlRegister<u64>(ip, reg<u8>(Cpu.Rcx));
          ip += Uop.Bytes;
          continue;
        case HotOp.shr32_R_C:
          shrRegister<u32>(ip, reg<u8>(Cpu.Rcx));
          ip += Uop.Bytes;
          continue;
        case HotOp.shr64_R_C:
          shrRegister<u64>(ip, reg<u8>(Cpu.Rcx));
          ip += Uop.Bytes;
          continue;
        case HotOp.sar32_R_C:
          sarRegister<u32>(ip, reg<u8>(Cpu.Rcx));
          ip += Uop.Bytes;
          continue;
        case HotOp.sar64_R_C:
          sarRegister<u64>(ip, reg<u8>(Cpu.Rcx));
          ip += Uop.Bytes;
          continue;
        case HotOp.rol32_R_I:
          rolRegister<u32>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.ror32_R_I:
          rorRegister<u32>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.rol64_R_I:
          rolRegister<u64>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.ror64_R_I:
          rorRegister<u64>(ip, load<u8>(ip, Uop.Imm));
          ip += Uop.Bytes;
          continue;
        case HotOp.cbw32:
          setReg<u32>(Cpu.Rax, <u32>(<i32>reg<i16>(Cpu.Rax)));
          ip += Uop.Bytes;
          continue;
        case HotOp.cbw64:
          setReg<u64>(Cpu.Rax, wide<u32>(reg<u32>(Cpu.Rax)));
          ip += Uop.Bytes;
          continue;
        case HotOp.cwd32:
          setReg<u32>(Cpu.Rdx, <u32>(reg<i32>(Cpu.Rax) >> 31));
          ip += Uop.Bytes;
          continue;
        case HotOp.cwd64:
          setReg<u64>(Cpu.Rdx, <u64>(reg<i64>(Cpu.Rax) >> 63));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmov32:
          setG<u32>(ip, condition(load<u8>(ip, Uop.Imm)) ? reg<u32>(load<u8>(ip, Uop.Rm)) : reg<u32>(load<u8>(ip, Uop.Reg)));
          ip += Uop.Bytes;
          continue;
        case HotOp.cmov64:
          if (condition(load<u8>(ip, Uop.Imm))) setG<u64>(ip, reg<u64>(load<u8>(ip, Uop.Rm)));
          ip += Uop.Bytes;
          continue;
        case HotOp.set:
          setR<u8>(ip, <u8>condition(load<u8>(ip, Uop.Imm)));
          ip += Uop.Bytes;
          continue;
        case HotOp.push64_Z:
          if (!push(table, reg<u64>(load<u8>(ip, Uop.Rm)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.push64_I:
          if (!push(table, I<u64>(ip))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.push64_M:
          p = readAt(table, addressM(ip), 8);
          if (!p || !push(table, load<u64>(p, TlbLayout.Bias))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.pop64_Z:
          va = reg<u64>(Cpu.Rsp);
          p = stackAt(table, va);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setReg<u64>(Cpu.Rsp, va + 8);
          setR<u64>(ip, load<u64>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.leave64:
          va = reg<u64>(Cpu.Rbp);
          p = stackAt(table, va);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          setReg<u64>(Cpu.Rsp, va + 8);
          setReg<u64>(Cpu.Rbp, load<u64>(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.nop:
          
          ip += Uop.Bytes;
          continue;
        case HotOp.jo:
          if (getOf()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jno:
          if (!getOf()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jb:
          if (isBelow()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jae:
          if (!isBelow()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.je:
          if (ccResult == 0) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jne:
          if (ccResult != 0) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jbe:
          if (isBelowEqual()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.ja:
          if (!isBelowEqual()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.js:
          if (isSign()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jns:
          if (!isSign()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jp:
          if (getPf()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jnp:
          if (!getPf()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jl:
          if (isLess()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jge:
          if (!isLess()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jle:
          if (isLessEqual()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jg:
          if (!isLessEqual()) break;
          ip += Uop.Bytes;
          continue;
        case HotOp.jmp_J:
          break;
        case HotOp.call_J:
          if (!push(table, uopNextRip(ip))) return faulted(ip, n - ((ip - start) >>> 4));
          break;
        case HotOp.jmp_R:
          va = reg<u64>(load<u8>(ip, Uop.Rm));
          if (<u32>(va >> 47) && !isCanonical(va)) return badTarget(ip, n - ((ip - start) >>> 4));
          store<u64>(MemoryMap.Cpu + Cpu.Rip, va);
          break;
        case HotOp.jmp_M:
          p = readAt(table, reg<u64>(load<u8>(ip, Uop.Rm)) + I<u64>(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          va = load<u64>(p, TlbLayout.Bias);
          if (<u32>(va >> 47) && !isCanonical(va)) return badTarget(ip, n - ((ip - start) >>> 4));
          store<u64>(MemoryMap.Cpu + Cpu.Rip, va);
          break;
        case HotOp.jmp_X:
          p = readAt(table, reg<u64>(load<u8>(ip, Uop.Rm)) + (reg<u64>(load<u8>(ip, Uop.Index) & 0xf8) << (load<u8>(ip, Uop.Index) & 3)) + I<u64>(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          va = load<u64>(p, TlbLayout.Bias);
          if (<u32>(va >> 47) && !isCanonical(va)) return badTarget(ip, n - ((ip - start) >>> 4));
          store<u64>(MemoryMap.Cpu + Cpu.Rip, va);
          break;
        case HotOp.call_M:
          p = readAt(table, reg<u64>(load<u8>(ip, Uop.Rm)) + I<u64>(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          va = load<u64>(p, TlbLayout.Bias);
          if (<u32>(va >> 47) && !isCanonical(va)) return badTarget(ip, n - ((ip - start) >>> 4));
          if (!push(table, uopNextRip(ip))) return faulted(ip, n - ((ip - start) >>> 4));
          store<u64>(MemoryMap.Cpu + Cpu.Rip, va);
          break;
        case HotOp.call_R:
          va = reg<u64>(load<u8>(ip, Uop.Rm));
          if (<u32>(va >> 47) && !isCanonical(va)) return badTarget(ip, n - ((ip - start) >>> 4));
          if (!push(table, uopNextRip(ip))) return faulted(ip, n - ((ip - start) >>> 4));
          store<u64>(MemoryMap.Cpu + Cpu.Rip, va);
          break;
        case HotOp.ret:
          va = reg<u64>(Cpu.Rsp);
          p = stackAt(table, va);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          va = load<u64>(p, TlbLayout.Bias);
          if (<u32>(va >> 47) && !isCanonical(va)) return badTarget(ip, n - ((ip - start) >>> 4));
          store<u64>(MemoryMap.Cpu + Cpu.Rip, va);
          setReg<u64>(Cpu.Rsp, reg<u64>(Cpu.Rsp) + 8);
          break;
        case HotOp.movaps_V_R:
          v128.store(xmm(load<u8>(ip, Uop.Reg)), v128.load(xmm(load<u8>(ip, Uop.Rm))));
          ip += Uop.Bytes;
          continue;
        case HotOp.movups_V_M:
          p = readAt(table, addressM(ip), 16);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          v128.store(xmm(load<u8>(ip, Uop.Reg)), v128.load(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.movups_M_V:
          if (!putV(table, addressM(ip), xmm(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.movaps_V_M:
          p = alignedAt(table, addressM(ip));
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          v128.store(xmm(load<u8>(ip, Uop.Reg)), v128.load(p, TlbLayout.Bias));
          ip += Uop.Bytes;
          continue;
        case HotOp.movaps_M_V:
          va = addressM(ip);
          if (misaligned(va) || !putV(table, va, xmm(load<u8>(ip, Uop.Reg)))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.movsd_V_M:
          p = readAt(table, addressM(ip), 8);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u64>(xmm(load<u8>(ip, Uop.Reg)), load<u64>(p, TlbLayout.Bias));
          store<u64>(xmm(load<u8>(ip, Uop.Reg)), 0, 8);
          ip += Uop.Bytes;
          continue;
        case HotOp.movsd_M_V:
        case HotOp.movq_M_V:
          if (!put<u64>(table, addressM(ip), load<u64>(xmm(load<u8>(ip, Uop.Reg))))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.movss_V_M:
          p = readAt(table, addressM(ip), 4);
          if (!p) return faulted(ip, n - ((ip - start) >>> 4));
          store<u64>(xmm(load<u8>(ip, Uop.Reg)), load<u32>(p, TlbLayout.Bias));
          store<u64>(xmm(load<u8>(ip, Uop.Reg)), 0, 8);
          ip += Uop.Bytes;
          continue;
        case HotOp.movss_M_V:
          if (!put<u32>(table, addressM(ip), load<u32>(xmm(load<u8>(ip, Uop.Reg))))) return faulted(ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.movq64_V_R:
          store<u64>(xmm(load<u8>(ip, Uop.Reg)), reg<u64>(load<u8>(ip, Uop.Rm)));
          store<u64>(xmm(load<u8>(ip, Uop.Reg)), 0, 8);
          ip += Uop.Bytes;
          continue;
        case HotOp.movq64_R_V:
          setR<u64>(ip, load<u64>(xmm(load<u8>(ip, Uop.Reg))));
          ip += Uop.Bytes;
          continue;
        case HotOp.addsd:
          status = addsd(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mulsd:
          status = mulsd(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.subsd:
          status = subsd(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.divsd:
          status = divsd(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.ucomisd:
          status = ucomisd(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.comisd:
          status = comisd(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.pxor_V_W:
          status = pxor_V_W(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.addss:
          status = addss(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.mulss:
          status = mulss(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.subss:
          status = subss(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.pcmpeqb_V_W:
          status = pcmpeqb_V_W(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.pmovmskb_G_U:
          status = pmovmskb_G_U(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.por_V_W:
          status = por_V_W(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.pand_V_W:
          status = pand_V_W(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.paddd_V_W:
          status = paddd_V_W(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.pminub_V_W:
          status = pminub_V_W(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.cvtsi2sd32:
          status = cvtsi2sd<u32>(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.cvtsi2sd64:
          status = cvtsi2sd<u64>(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.cvttsd2si32:
          status = cvttsd2si<u32>(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
        case HotOp.cvttsd2si64:
          status = cvttsd2si<u64>(ip);
          if (status) return leave(status, ip, n - ((ip - start) >>> 4));
          ip += Uop.Bytes;
          continue;
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
          if (!ip || n < 0) {
            left = n;
            return 0;
          }
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
      if (!target) {
        left = n;
        return 0;
      }
    }
    if (n < 0) return pause(uopRip(target), n);
    start = target;
    ip = target;
  }
}
