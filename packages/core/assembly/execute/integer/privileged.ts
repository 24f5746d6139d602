import { Vector } from '../../../../abi/src/x86/vectors';
import { raise } from '../../cpu/exceptions';

/** What user mode (CPL 3, IOPL 0, no I/O permission bitmap) may not do: #GP(0). */
export function privileged(u: u32): i32 {
  return raise(Vector.GP, 0);
}
