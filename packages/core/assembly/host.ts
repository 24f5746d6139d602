/** Everything that the core asks of its host. */

/** A user page fault: 0 = resolved. */
@external('host', 'pageFault')
export declare function hostPageFault(va: f64, error: u32): i32;

/** Translates what Profile.Hot says. */
@external('host', 'translate')
export declare function hostTranslate(): void;

/** Translated code was entered at a slot and has been left to `rip`; why is RegionExit. Only where Header.Translating is 2. */
@external('host', 'regionExit')
export declare function hostRegionExit(slot: u32, rip: f64, retired: u32, why: u32): void;

/** Puts the time-stamp counter into rdx:rax. */
@external('host', 'rdtsc')
export declare function hostRdtsc(): void;

/** The memory has grown: views of it are stale. */
@external('host', 'memoryGrown')
export declare function hostMemoryGrown(): void;
