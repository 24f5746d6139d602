/** CRC-32 (IEEE 802.3) and CRC-64 (ECMA-182), bit-reflected, as xz uses them. */

const table32 = new Uint32Array(256);
const table64Low = new Uint32Array(256);
const table64High = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let c = i;
  let low = i;
  let high = 0;
  for (let bit = 0; bit < 8; bit++) {
    c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry) {
      low ^= 0xd7870f42;
      high ^= 0xc96c5795;
    }
  }
  table32[i] = c;
  table64Low[i] = low;
  table64High[i] = high;
}

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table32[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

/** As two halves. */
export function crc64(bytes: Uint8Array): { low: number; high: number } {
  let low = 0xffffffff;
  let high = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    const index = (low ^ bytes[i]!) & 255;
    low = ((low >>> 8) | (high << 24)) ^ table64Low[index]!;
    high = (high >>> 8) ^ table64High[index]!;
  }
  return { low: ~low >>> 0, high: ~high >>> 0 };
}
