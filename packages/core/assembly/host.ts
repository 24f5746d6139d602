/** Everything that the core asks of its host. */

/** A user page fault: 0 = resolved. */
// @ts-ignore: decorator
@external('host', 'pageFault')
export declare function hostPageFault(va: f64, error: u32): i32;

/** Puts the time-stamp counter into rdx:rax. */
// @ts-ignore: decorator
@external('host', 'rdtsc')
export declare function hostRdtsc(): void;
