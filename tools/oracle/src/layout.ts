/** What native.c and the replay agree on: addresses, and the state of a case as 64-bit words. */

export const enum Place {
  Code = 0x7000_0000,
  /** The instruction; the rest of its page is int3. */
  Start = 0x7000_0800,
  /** Two pages to read and write, nothing behind them. */
  Data = 0x7001_0000,
  DataEnd = 0x7001_2000,
  /** One page to read only, nothing behind it. */
  ReadOnly = 0x7001_3000,
  GsBase = 0x40,
}

/** The three data pages lie one behind the other in an image. */
export const enum Image {
  Page = 0x1000,
  ReadOnly = 0x2000,
  Bytes = 0x3000,
}

/**
 * A state is 69 words: rax rcx rdx rbx rsp rbp rsi rdi r8…r15, rflags, and the first 416 bytes of an FXSAVE64 image (SDM volume 1,
 * 10.5.1), of which FOP, FIP, FDP and MXCSR_MASK say nothing: processors save them under different conditions.
 */
export const enum Word {
  Rax = 0,
  Rcx = 1,
  Rdx = 2,
  Rbx = 3,
  Rsp = 4,
  Rbp = 5,
  Rsi = 6,
  Rdi = 7,
  Rflags = 16,
  /** fcw u16, fsw u16, abridged ftw u8. */
  X87 = 17,
  Mxcsr = 20,
  /** Two words each. */
  St = 21,
  Xmm = 37,
  Count = 69,
}

export const STATE_BYTES = Word.Count * 8;

/** Status flags, DF, AC and ID. IF is always set, RF depends on how one looks. */
const RFLAGS = 0x24_0cd5n;

/** Clears, in place, what says nothing. */
export function normalise(state: BigUint64Array): void {
  state[Word.Rflags]! &= RFLAGS;
  state[Word.X87]! &= 0xff_ffff_ffffn;
  state[Word.X87 + 1] = 0n;
  state[Word.X87 + 2] = 0n;
  state[Word.Mxcsr]! &= 0xffffn;
  for (let i = Word.St + 1; i < Word.Xmm; i += 2) state[i]! &= 0xffffn;
}

/** Where an address lies in the image of the data pages, or null. */
export function imageOffset(va: number): number | null {
  if (va >= Place.Data && va < Place.DataEnd) return va - Place.Data;
  if (va >= Place.ReadOnly && va < Place.ReadOnly + Image.Page) return va - Place.ReadOnly + Image.ReadOnly;
  return null;
}
