import { Cpu } from '../../../abi/src/machine/cpu-state';
import { ExitReason } from '../../../abi/src/machine/exits';
import { MemoryMap } from '../../../abi/src/machine/memory-map';
import { fault } from '../mmu/access';

/**
 * What an execute function may return besides Status and ExitReason, known to the run loop alone. In all of them the
 * instruction has retired and Cpu.Rip is behind it.
 */
export const enum Retired {
  /** A trap-class exception is recorded: leave with ExitReason.Exception. */
  Trap = 0x100,
  /** Go on after looking at RFLAGS.TF and the segment bases again. */
  Resync = 0x101,
}

/** Records a fault of this instruction, which has had no effect; rip will be at it. */
export function raise(vector: u32, error: u32): i32 {
  store<u32>(MemoryMap.Cpu + Cpu.ExitVector, vector);
  store<u32>(MemoryMap.Cpu + Cpu.ExitError, error);
  return ExitReason.Exception;
}

/** Records a trap: the instruction has retired, and Cpu.Rip is behind it. */
export function raiseTrap(vector: u32): i32 {
  store<u32>(MemoryMap.Cpu + Cpu.ExitVector, vector);
  store<u32>(MemoryMap.Cpu + Cpu.ExitError, 0);
  return Retired.Trap;
}

export { fault };
