/**
 * 0 for a field that will one day hold more than 2^31: nanoseconds, instructions, bytes. JavaScript engines keep a field that began as 0 as
 * a small integer, and throw away all compiled code that knows its class when it outgrows that: 2.1 s after boot for a time. −0 is no
 * small integer, and otherwise 0.
 */
export const DOUBLE_ZERO = -0;
