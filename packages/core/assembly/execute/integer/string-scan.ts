import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { UopFlag } from '../../../../abi/src/machine/uop';
import { getZf, keepCc, restoreCc } from '../../cpu/flags';
import { sub, wide } from '../../cpu/hot';
import { reg, uFlags } from '../../cpu/operands';
import { fault, rd } from '../../mmu/access';
import { advance, counter, isBackward, isRepeated, mostElements, pauseRepeated, sourceAddress } from './string';

/** REPE ends at the first difference, REPNE at the first match. */
@inline
function ends(u: u32): bool {
  return getZf() != ((uFlags(u) & UopFlag.Rep) != 0);
}

/** Stops between two steps: the flags are those from before the instruction. */
function interrupted(status: i32): i32 {
  restoreCc();
  return status;
}

/** Flags as of [rsi] − [rdi]. */
export function cmps<T>(u: u32): i32 {
  const step: i64 = isBackward() ? -(<i64>sizeof<T>()) : sizeof<T>();
  const repeated = isRepeated(u);
  keepCc();
  const most = mostElements();
  let done: u32 = 0;
  while (true) {
    if (repeated && !counter(u, Cpu.Rcx)) return Status.Next;
    if (done >= most) return interrupted(pauseRepeated());
    done++;
    const left = rd(sourceAddress(u), sizeof<T>());
    if (!left) return interrupted(fault());
    const a = load<T>(left);
    const right = rd(counter(u, Cpu.Rdi), sizeof<T>());
    if (!right) return interrupted(fault());
    sub<T>(wide<T>(a), wide<T>(load<T>(right)));
    advance(u, Cpu.Rsi, step);
    advance(u, Cpu.Rdi, step);
    if (!repeated) return Status.Next;
    advance(u, Cpu.Rcx, -1);
    if (ends(u)) return Status.Next;
  }
}

/** Flags as of rax − [rdi]. */
export function scas<T>(u: u32): i32 {
  const step: i64 = isBackward() ? -(<i64>sizeof<T>()) : sizeof<T>();
  const repeated = isRepeated(u);
  const a = wide<T>(reg<T>(Cpu.Rax));
  keepCc();
  const most = mostElements();
  let done: u32 = 0;
  while (true) {
    if (repeated && !counter(u, Cpu.Rcx)) return Status.Next;
    if (done >= most) return interrupted(pauseRepeated());
    done++;
    const p = rd(counter(u, Cpu.Rdi), sizeof<T>());
    if (!p) return interrupted(fault());
    sub<T>(a, wide<T>(load<T>(p)));
    advance(u, Cpu.Rdi, step);
    if (!repeated) return Status.Next;
    advance(u, Cpu.Rcx, -1);
    if (ends(u)) return Status.Next;
  }
}
