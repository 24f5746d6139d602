import { Cpu } from '../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../abi/src/machine/memory-map';
import { Eflags } from '../../../abi/src/x86/eflags';

/** What an instruction under RFLAGS.TF says about its trap; the run loop asks after each (SDM volume 3, 17.3.1.4 and 6.8.3). */
const enum Step {
  /** A trap follows when the instruction has retired. */
  Usual,
  /** An element of a repeated instruction is done: a trap at the instruction itself. */
  Repeated,
  /** A load of ss holds the trap back until the next instruction has retired. */
  Held,
}

let step: Step = Step.Usual;

/** Is RFLAGS.TF set? */
export function isStepping(): bool {
  return (load<u32>(MemoryMap.Cpu + Cpu.EflagsRest) & Eflags.TF) != 0;
}

export function stepRepeated(): void {
  if (isStepping()) step = Step.Repeated;
}

export function holdStep(): void {
  if (isStepping()) step = Step.Held;
}

/** Is the trap due? Forgets what the instruction said. */
export function stepDue(retired: bool): bool {
  const due = step == Step.Repeated || (retired && step != Step.Held);
  step = Step.Usual;
  return due;
}
