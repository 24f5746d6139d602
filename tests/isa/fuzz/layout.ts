/**
 * The address space that random programs run in. Data pages lie where the oracle's base states point (tools/oracle/src/layout.ts).
 *
 *   0x7000_0000  code, CodePages of them, writable
 *   0x7001_0000  two data pages                             the first again at Alias, the second at AliasReadOnly
 *   0x7001_2000  absent; where a run says so, the first access maps it
 *   0x7001_3000  read only
 *   0x7001_8000  counters of outer loops and patched constants: nothing else points there
 *   0x7002_0000  two pages of stack, nothing below them
 *   0x7003_0000  all of the above again, the same frames
 *   0x12_3456_7000  a page above 4 GiB, behind it the second data page again
 */
export const enum Place {
  Code = 0x7000_0000,
  CodePages = 8,
  CodeBytes = 0x8000,
  Data = 0x7001_0000,
  Second = 0x7001_1000,
  Lazy = 0x7001_2000,
  ReadOnly = 0x7001_3000,
  Alias = 0x7001_5000,
  AliasReadOnly = 0x7001_6000,
  Control = 0x7001_8000,
  Stack = 0x7002_0000,
  StackTop = 0x7002_2000,
  /** From each of these to its second mapping. */
  Twin = 0x3_0000,
  High = 0x12_3456_7000,
  HighSecond = 0x12_3456_8000,
  GsBase = 0x40,
}

/** In the control page: rounds left of the outer loop, and a place for MXCSR values. */
export const enum Control {
  Rounds = Place.Control,
  Mxcsr = Place.Control + 16,
}

/** Data pages as they lie in a memory image: Data, Second, ReadOnly, High, and the page that Lazy gets. */
export const enum Image {
  Pages = 5,
  ReadOnly = 2,
  High = 3,
  Lazy = 4,
}
