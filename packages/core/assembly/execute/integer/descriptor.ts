import { Status } from '../../../../abi/src/machine/exits';
import { Selector } from '../../../../abi/src/x86/vectors';
import { setZf } from '../../cpu/flags';
import { ea, isReg, rmRead, setReg, uReg, uRm } from '../../cpu/operands';
import { fault, wr, wrDone } from '../../mmu/access';

/**
 * What user mode sees of descriptor tables. UMIP is not claimed, so sgdt and its kin work; they show the values that Linux 5.4
 * shows where UMIP is on (arch/x86/kernel/umip.c), so that nothing tells one machine from another.
 */
const enum Table {
  /** Low 32 bits of the bases; the upper ones are all set. */
  GdtBase = 0xfffe_0000,
  IdtBase = 0xffff_0000,
  /** CR0: PG AM WP NE ET MP PE. */
  Cr0 = 0x8005_0033,
  /** The TSS's descriptor. */
  TaskSelector = 0x40,
}

/**
 * Access rights as LAR gives them: bits 8–23 of the descriptor's upper half (the limit's bits among them, which the SDM leaves
 * undefined and processors show). 0 = not visible from ring 3.
 */
function accessRights(selector: u32): u32 {
  switch (selector | 3) {
    case Selector.User32Cs:
      return 0x00cf_fb00;
    case Selector.UserDs:
      return 0x00cf_f300;
    case Selector.UserCs:
      return 0x00af_fb00;
    case Selector.CpuNode:
      return 0x0040_f500;
    default:
      return 0;
  }
}

export function lar<T>(u: u32): i32 {
  const p = rmRead(u, 2);
  if (!p) return fault();
  const rights = accessRights(load<u16>(p));
  setZf(rights != 0);
  if (rights) setReg<T>(uReg(u), <T>rights);
  return Status.Next;
}

/** The CPU-node segment's limit is the number of CPU and node: 0. */
export function lsl<T>(u: u32): i32 {
  const p = rmRead(u, 2);
  if (!p) return fault();
  const selector = <u32>load<u16>(p);
  const visible = accessRights(selector) != 0;
  setZf(visible);
  if (visible) setReg<T>(uReg(u), <T>((selector | 3) == Selector.CpuNode ? 0 : 0xffff_ffff));
  return Status.Next;
}

/** All visible segments can be read: the code segments have R set. */
export function verr(u: u32): i32 {
  const p = rmRead(u, 2);
  if (!p) return fault();
  setZf(accessRights(load<u16>(p)) != 0);
  return Status.Next;
}

export function verw(u: u32): i32 {
  const p = rmRead(u, 2);
  if (!p) return fault();
  setZf((<u32>load<u16>(p) | 3) == Selector.UserDs);
  return Status.Next;
}

/** A register gets the value in its operand size, memory always 16 bits. */
function putSystem<T>(u: u32, value: u64): i32 {
  if (isReg(u)) {
    setReg<T>(uRm(u), <T>value);
    return Status.Next;
  }
  const p = wr(ea(u), 2);
  if (!p) return fault();
  store<u16>(p, <u16>value);
  wrDone(p);
  return Status.Next;
}

export function sldt<T>(u: u32): i32 {
  return putSystem<T>(u, 0);
}

export function str<T>(u: u32): i32 {
  return putSystem<T>(u, Table.TaskSelector);
}

export function smsw<T>(u: u32): i32 {
  return putSystem<T>(u, <u64>(<u32>Table.Cr0));
}

function putTable(u: u32, base: u32): i32 {
  const p = wr(ea(u), 10);
  if (!p) return fault();
  store<u16>(p, 0);
  store<u32>(p, base, 2);
  store<u32>(p, 0xffff_ffff, 6);
  wrDone(p);
  return Status.Next;
}

export function sgdt(u: u32): i32 {
  return putTable(u, Table.GdtBase);
}

export function sidt(u: u32): i32 {
  return putTable(u, Table.IdtBase);
}
