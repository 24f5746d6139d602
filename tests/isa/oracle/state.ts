/** The state of a case, as native.c lays it out. */
export const enum State {
  Gpr = 0,
  Rflags = 128,
  Trap = 136,
  Error = 140,
  Rip = 144,
  Cr2 = 152,
  Image = 160,
  Window = 672,
  Bytes = 800,
}

/** Offsets in the FXSAVE64 image. */
export const enum Image {
  Fcw = 0,
  Fsw = 2,
  Ftw = 4,
  Mxcsr = 24,
  MxcsrMask = 28,
  St = 32,
  Xmm = 160,
  Used = 416,
  Bytes = 512,
}

export const enum Place {
  Code = 0x7000_0000,
  Data = 0x7000_1000,
  /** 128 bytes of the data page that a state holds. */
  Window = 0x7000_1200,
}

/** What native.c has behind the instruction, which can read its own code: jmp [leave]. */
export const COME_BACK = [0xff, 0x24, 0x25, 0x10, 0x0f, 0x00, 0x50];

/** Status flags, DF, AC and ID; native code runs with IF set, and faults with RF. */
const RFLAGS = 0x240cd5;

/** Clears, in place, what means nothing: FOP, FIP, FDP, the MXCSR mask, padding, and the given bits of rflags. */
export function normalise(state: Uint8Array, undefinedFlags: number): void {
  const image = State.Image as number;
  state.fill(0, image + Image.Ftw + 1, image + Image.Mxcsr);
  state.fill(0, image + Image.MxcsrMask, image + Image.St);
  for (let i = 0; i < 8; i++) state.fill(0, image + Image.St + 10 + i * 16, image + Image.St + 16 + i * 16);
  state.fill(0, image + Image.Used, image + Image.Bytes);
  const view = new DataView(state.buffer, state.byteOffset);
  view.setUint32(State.Rflags, view.getUint32(State.Rflags, true) & RFLAGS & ~undefinedFlags, true);
  view.setUint32(State.Rflags + 4, 0, true);
}

const GENERAL = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', ...Array.from({ length: 8 }, (_, i) => `r${i + 8}`)];

/** Name, offset and size of what a byte of the state belongs to. */
function placeOf(offset: number): [string, number, number] {
  if (offset < State.Rflags) return [GENERAL[offset >> 3]!, offset & ~7, 8];
  if (offset < State.Trap) return ['rflags', State.Rflags, 4];
  if (offset < State.Error) return ['trap', State.Trap, 4];
  if (offset < State.Rip) return ['error', State.Error, 4];
  if (offset < State.Cr2) return ['rip', State.Rip, 8];
  if (offset < State.Image) return ['cr2', State.Cr2, 8];
  if (offset >= State.Window) return [`window+${(offset - State.Window) & ~7}`, offset & ~7, 8];
  const at = offset - State.Image;
  if (at < Image.Fsw) return ['fcw', State.Image, 2];
  if (at < Image.Ftw) return ['fsw', State.Image + Image.Fsw, 2];
  if (at < Image.Mxcsr) return ['ftw', State.Image + Image.Ftw, 1];
  if (at < Image.St) return ['mxcsr', State.Image + Image.Mxcsr, 4];
  const slot = State.Image + (at & ~15);
  return at < Image.Xmm ? [`st${(at - Image.St) >> 4}`, slot, 10] : [`xmm${(at - Image.Xmm) >> 4}`, slot, 16];
}

/** A little-endian field. */
function hex(state: Uint8Array, at: number, size: number): string {
  return Buffer.from(state.subarray(at, at + size).toReversed()).toString('hex');
}

/** The differences of two normalised states in words; '' = none. */
export function difference(actual: Uint8Array, expected: Uint8Array, before: Uint8Array): string {
  const found = new Map<string, string>();
  for (let i = 0; i < State.Bytes; i++) {
    if (actual[i] === expected[i]) continue;
    const [name, at, size] = placeOf(i);
    found.set(name, `${name} ${hex(actual, at, size)}, processor ${hex(expected, at, size)}, before ${hex(before, at, size)}`);
  }
  return [...found.values()].join('; ');
}
