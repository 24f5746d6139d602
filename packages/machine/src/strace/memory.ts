/** The traced program's memory, read without a side effect on it. */
export interface GuestMemory {
  /** Up to `length` bytes at `va`: fewer where a page cannot be read. */
  read(va: number, length: number): Uint8Array;
}

/** All `length` bytes at `va`, or null. */
export function readAll(memory: GuestMemory, va: bigint, length: number): DataView | null {
  if (va === 0n || va >= 1n << 47n) return null;
  const bytes = memory.read(Number(va), length);
  return bytes.length === length ? new DataView(bytes.buffer, bytes.byteOffset, length) : null;
}

/**
 * The string at `va` of up to `limit` bytes, without its NUL. `ended`: the NUL was found.
 * @returns null when not even its first byte can be read, or the memory ends before NUL and limit
 */
export function readString(memory: GuestMemory, va: bigint, limit: number): { bytes: Uint8Array; ended: boolean } | null {
  if (va === 0n || va >= 1n << 47n) return null;
  const parts: number[] = [];
  let at = Number(va);
  while (parts.length < limit) {
    const wanted = Math.min(limit - parts.length, 4096 - (at & 4095));
    const chunk = memory.read(at, wanted);
    const nul = chunk.indexOf(0);
    for (const byte of nul < 0 ? chunk : chunk.subarray(0, nul)) parts.push(byte);
    if (nul >= 0) return { bytes: Uint8Array.from(parts), ended: true };
    if (chunk.length < wanted) return null;
    at += wanted;
  }
  return { bytes: Uint8Array.from(parts), ended: false };
}
