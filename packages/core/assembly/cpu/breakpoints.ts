import { Header, MemoryMap, PageSize } from '../../../abi/src/machine/memory-map';

/** Are there breakpoints at all? */
@inline
export function anyBreakpoint(): bool {
  return load<u32>(MemoryMap.Header + Header.BreakpointCount) != 0;
}

export function isBreakpoint(rip: u64): bool {
  const count = load<u32>(MemoryMap.Header + Header.BreakpointCount);
  for (let i: u32 = 0; i < count; i++) if (load<u64>(MemoryMap.Header + Header.Breakpoints + (i << 3)) == rip) return true;
  return false;
}

/**
 * Does a breakpoint lie in this page of virtual addresses? Such pages have no X entry, so that whoever jumps there comes to the run loop,
 * which executes them instruction by instruction.
 */
export function hasBreakpoint(page: u64): bool {
  const count = load<u32>(MemoryMap.Header + Header.BreakpointCount);
  for (let i: u32 = 0; i < count; i++) {
    if (load<u64>(MemoryMap.Header + Header.Breakpoints + (i << 3)) >> PageSize.Shift == page) return true;
  }
  return false;
}
