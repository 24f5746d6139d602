import { Status } from '../../../../abi/src/machine/exits';
import { mm, rmRead, setReg, uImm, uReg, uRm } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { words } from '../sse/shuffle';
import { enter, ready, setMm, source } from './state';

/** Shuffle of words chosen by an immediate, and insertion and extraction of a word. */

export function pshufw(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  setMm(uReg(u), words(s, uImm(u)));
  return Status.Next;
}

export function pinsrw_P_E(u: u32): i32 {
  if (!ready()) return fault();
  const s = rmRead(u, 2);
  if (!s) return fault();
  const value = load<u64>(mm(uReg(u)));
  const shift: u64 = (uImm(u) & 3) << 4;
  setMm(uReg(u), (value & ~(<u64>0xffff << shift)) | (<u64>load<u16>(s) << shift));
  return Status.Next;
}

export function pextrw_G_N(u: u32): i32 {
  if (!ready()) return fault();
  setReg<u32>(uReg(u), load<u16>(mm(uRm(u)) + ((uImm(u) & 3) << 1)));
  enter();
  return Status.Next;
}
