import { crc32, crc64 } from './crc.js';
import { LzmaDecoder } from './lzma.js';

/**
 * The .xz container with LZMA2 (no other filters): one or more streams.
 *
 *   stream: magic(6) flags(2) crc(4) │ blocks: header, LZMA2 chunks, padding to 4, check │ index │ crc(4) size(4) flags(2) "YZ"
 *
 * Checks CRC-32 and CRC-64; SHA-256 checks are passed over. Source: "The .xz File Format", version 1.1.0.
 */
export function unxz(input: Uint8Array): Uint8Array {
  const decoder = new LzmaDecoder();
  let at = 0;
  while (at < input.length) {
    if (input[at] === 0) {
      at += 4; // stream padding
      continue;
    }
    at = stream(input, at, decoder);
  }
  return decoder.out.subarray(0, decoder.outPos);
}

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const LZMA2_FILTER = 0x21;

export function isXz(input: Uint8Array): boolean {
  return MAGIC.every((byte, i) => input[i] === byte);
}

function stream(input: Uint8Array, start: number, decoder: LzmaDecoder): number {
  if (!MAGIC.every((byte, i) => input[start + i] === byte)) throw new Error('xz: bad magic');
  const check = input[start + 7]! & 15;
  let at = start + 12;
  while (input[at] !== 0) {
    if (at >= input.length) throw new Error('xz: cut short');
    at = block(input, at, check, decoder);
  }
  return skipIndex(input, at) + 12;
}

function block(input: Uint8Array, start: number, check: number, decoder: LzmaDecoder): number {
  const headerSize = (input[start]! + 1) * 4;
  const flags = input[start + 1]!;
  if ((flags & 3) !== 0) throw new Error('xz: only LZMA2 without other filters is supported');
  let at = start + 2;
  if (flags & 0x40) at = varint(input, at).next;
  if (flags & 0x80) at = varint(input, at).next;
  const filter = varint(input, at);
  if (filter.value !== LZMA2_FILTER) throw new Error('xz: only LZMA2 without other filters is supported');

  const from = decoder.outPos;
  at = lzma2(input, start + headerSize, decoder);
  while ((at - start) % 4 !== 0) at++;
  verify(decoder.out.subarray(from, decoder.outPos), check, input, at);
  return at + CHECK_SIZES[check]!;
}

/** Chunks: control byte 0 end · 1 raw, new dictionary · 2 raw · ≥ 0x80 LZMA with sizes, and what to reset in bits 5–6. */
function lzma2(input: Uint8Array, start: number, decoder: LzmaDecoder): number {
  let at = start;
  for (;;) {
    const control = input[at++];
    if (control === undefined) throw new Error('xz: cut short');
    if (control === 0) return at;
    if (control === 1 || control >= 0xe0) decoder.resetDictionary();
    if (control < 0x80) {
      if (control > 2) throw new Error('xz: bad chunk');
      const length = ((input[at]! << 8) | input[at + 1]!) + 1;
      at += 2;
      if (at + length > input.length) throw new Error('xz: cut short');
      decoder.copyRaw(input.subarray(at, at + length));
      at += length;
      continue;
    }
    const length = (((control & 0x1f) << 16) | (input[at]! << 8) | input[at + 1]!) + 1;
    const packed = ((input[at + 2]! << 8) | input[at + 3]!) + 1;
    at += 4;
    if (control >= 0xc0) decoder.setProperties(input[at++]!);
    if (control >= 0xa0) decoder.resetState();
    if (at + packed > input.length) throw new Error('xz: cut short');
    decoder.decodeChunk(input, at, at + packed, length);
    at += packed;
  }
}

function verify(data: Uint8Array, check: number, input: Uint8Array, at: number): void {
  const view = new DataView(input.buffer, input.byteOffset + at);
  if (check === 1 && crc32(data) !== view.getUint32(0, true)) throw new Error('xz: CRC-32 differs');
  if (check !== 4) return;
  const { low, high } = crc64(data);
  if (low !== view.getUint32(0, true) || high !== view.getUint32(4, true)) throw new Error('xz: CRC-64 differs');
}

/** The index (indicator 0, count, pairs of sizes, padding, CRC): nothing in it is needed when reading from the start. */
function skipIndex(input: Uint8Array, start: number): number {
  const count = varint(input, start + 1);
  let at = count.next;
  for (let i = 0; i < count.value * 2; i++) at = varint(input, at).next;
  while ((at - start) % 4 !== 0) at++;
  return at + 4;
}

function varint(input: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + 9; at++) {
    const byte = input[at];
    if (byte === undefined) throw new Error('xz: cut short');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: at + 1 };
    scale *= 128;
  }
  throw new Error('xz: bad number');
}
