/** Numbers of a file in its byte order and class. Offsets are bytes from the start of `bytes`; reading outside them is a RangeError. */
export class ByteReader {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** ELFCLASS64 */
    readonly is64: boolean,
    readonly littleEndian: boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Are `size` bytes there at `offset`? */
  has(offset: number, size: number): boolean {
    return offset >= 0 && size >= 0 && offset + size <= this.bytes.length;
  }

  u8(offset: number): number {
    return this.view.getUint8(offset);
  }

  u16(offset: number): number {
    return this.view.getUint16(offset, this.littleEndian);
  }

  u32(offset: number): number {
    return this.view.getUint32(offset, this.littleEndian);
  }

  i32(offset: number): number {
    return this.view.getInt32(offset, this.littleEndian);
  }

  u64(offset: number): bigint {
    return this.view.getBigUint64(offset, this.littleEndian);
  }

  i64(offset: number): bigint {
    return this.view.getBigInt64(offset, this.littleEndian);
  }

  /** An address, offset or size: 4 bytes in files of 32 bits, 8 in those of 64. */
  native(offset: number): bigint {
    return this.is64 ? this.u64(offset) : BigInt(this.u32(offset));
  }

  signedNative(offset: number): bigint {
    return this.is64 ? this.i64(offset) : BigInt(this.i32(offset));
  }
}

/** The bytes from `offset` to the next NUL or the end, one character a byte. */
export function byteString(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return bytesToText(bytes.subarray(offset, end < 0 ? bytes.length : end));
}

/** One character a byte (latin1). */
export function bytesToText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
