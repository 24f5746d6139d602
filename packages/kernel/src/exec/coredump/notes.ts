/** Elf64_Nhdr and what follows it:  | namesz | descsz | type | "CORE\0" to 4 | desc to 4 |  */
export interface Note {
  type: number;
  desc: Uint8Array;
}

const NAME = 'CORE\0';
const HEADER_BYTES = 12;

const align4 = (length: number): number => (length + 3) & ~3;

/** The bytes of a PT_NOTE segment. Linux: fs/binfmt_elf.c: writenote. */
export function encodeNotes(notes: readonly Note[]): Uint8Array {
  const nameBytes = align4(NAME.length);
  const bytes = new Uint8Array(notes.reduce((total, { desc }) => total + HEADER_BYTES + nameBytes + align4(desc.length), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { type, desc } of notes) {
    view.setUint32(at, NAME.length, true);
    view.setUint32(at + 4, desc.length, true);
    view.setUint32(at + 8, type, true);
    at += HEADER_BYTES;
    for (let i = 0; i < NAME.length; i++) bytes[at + i] = NAME.charCodeAt(i);
    at += nameBytes;
    bytes.set(desc, at);
    at += align4(desc.length);
  }
  return bytes;
}

/** An integer as 64 bits, negative ones sign-extended. */
export function putWord(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
}

/** Latin1 text; the caller has made room. */
export function putText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}
