/**
 * Page-table entries (SDM volume 3, 4.5; arch/x86/include/asm/pgtable_types.h), bits of the low half unless said otherwise.
 *
 *    63            51        12 11   9   8   7   6   5   4   3   2   1   0
 *   ┌──┬───────────┬───────────┬──────┬───┬───┬───┬───┬───┬───┬───┬───┬───┐
 *   │NX│           │ frame     │ soft │ G │ PS│ D │ A │PCD│PWT│US │RW │ P │
 *   └──┴───────────┴───────────┴──────┴───┴───┴───┴───┴───┴───┴───┴───┴───┘
 *
 * A frame is its address in the machine's memory, so its number lies in the low half.
 */
export const enum Pte {
  P = 0x001,
  RW = 0x002,
  US = 0x004,
  PWT = 0x008,
  PCD = 0x010,
  A = 0x020,
  D = 0x040,
  /** With P clear: the frame is kept, but the page may not be accessed (_PAGE_PROTNONE). */
  PROTNONE = 0x100,
  /** Software: the frame is not counted (_PAGE_SPECIAL: the zero page). */
  SPECIAL = 0x200,
  /** Software, free for the kernel. */
  SOFT2 = 0x400,
  /** Software: written since the last clear_refs (_PAGE_SOFT_DIRTY). */
  SOFT_DIRTY = 0x800,
  /** In the high half. */
  NX_HI = 0x8000_0000,
  FRAME_MASK = 0xffff_f000,
}
