import { At } from '@ring3/abi';
import { type Call, type Printer, atEntry, atExit } from '../call.js';
import { type NameTable, bits, oneOf } from '../flags.js';
import { readAll, readString } from '../memory.js';
import { address, hex, octal, quote, quoteHex, signed32, signed64, unsigned32 } from '../text.js';

/** Numbers, strings, buffers: what most arguments are. */

const PATH_MAX = 4096;

export const int = atEntry((call, i) => String(signed32(call.arg(i))));
export const uint = atEntry((call, i) => String(unsigned32(call.arg(i))));
export const long = atEntry((call, i) => String(signed64(call.arg(i))));
export const ulong = atEntry((call, i) => String(call.arg(i)));
/** Hexadecimal, 0 without 0x. */
export const hexNumber = atEntry((call, i) => hex(call.arg(i)));
export const hexInt = atEntry((call, i) => hex(unsigned32(call.arg(i))));
/** A register that nothing is known about. */
export const raw = atEntry((call, i) => `0x${call.arg(i).toString(16)}`);
export const pointer = atEntry((call, i) => address(call.arg(i)));
export const mode = atEntry((call, i) => octal(unsigned32(call.arg(i)) & 0xffff));
/** −1 means "leave it". */
export const uid = atEntry((call, i) => (signed32(call.arg(i)) === -1 ? '-1' : String(unsigned32(call.arg(i)))));

export const dirfd = atEntry((call, i) => {
  const fd = signed32(call.arg(i));
  return fd === At.FDCWD ? 'AT_FDCWD' : String(fd);
});

export function choice(names: NameTable): Printer {
  return atEntry((call, i) => oneOf(signed32(call.arg(i)), names));
}

export function flags(names: NameTable): Printer {
  return atEntry((call, i) => bits(unsigned32(call.arg(i)), names));
}

/** A whole path: the limit of -s is not for paths. */
export function pathText(call: Call, va: bigint, limit = PATH_MAX - 1): string {
  const text = readString(call.memory, va, limit);
  return text ? quote(text.bytes) + (text.ended || limit < PATH_MAX - 1 ? '' : '...') : address(va);
}

export const path = atEntry((call, i) => pathText(call, call.arg(i)));

/** A NUL-terminated string up to the limit of -s. */
export function stringText(call: Call, va: bigint): string {
  const text = readString(call.memory, va, call.stringLimit + 1);
  if (!text) return address(va);
  return text.bytes.length > call.stringLimit ? `${quote(text.bytes.subarray(0, call.stringLimit))}...` : quote(text.bytes);
}

export const string = atEntry((call, i) => stringText(call, call.arg(i)));

/** `length` bytes of memory up to the limit of -s. */
export function bufferText(call: Call, va: bigint, length: number, quoted: (bytes: Uint8Array) => string = quote): string {
  if (va === 0n) return 'NULL';
  const shown = Math.min(length, call.stringLimit);
  if (shown === 0) return length > 0 ? '""...' : '""';
  const bytes = readAll(call.memory, va, shown);
  if (!bytes) return address(va);
  return quoted(new Uint8Array(bytes.buffer, bytes.byteOffset, shown)) + (length > shown ? '...' : '');
}

/** Lengths above this are no sizes of buffers that anybody has. */
function lengthOf(value: bigint): number {
  return value > 1n << 47n ? 2 ** 47 : Number(value);
}

/** A buffer that the call reads; the next argument is its length. */
export const bufferIn = atEntry((call, i) => bufferText(call, call.arg(i), lengthOf(call.arg(i + 1))));

/** A buffer that the call fills; its result says how far. */
export const bufferOut = atExit((call, i) => (call.failed ? address(call.arg(i)) : bufferText(call, call.arg(i), Number(call.result))));

/** The value or the list of extended attributes: with a length of 0 only its size is asked. */
export const attributeOut = atExit((call, i) => (call.arg(i + 1) === 0n ? address(call.arg(i)) : bufferOut.print(call, i)));

export const randomOut = atExit((call, i) =>
  call.failed ? address(call.arg(i)) : bufferText(call, call.arg(i), Number(call.result), quoteHex),
);

/** getcwd's result counts the NUL. */
export const cwdOut = atExit((call, i) => (call.failed ? address(call.arg(i)) : pathText(call, call.arg(i), Number(call.result) - 1)));

/** A structure at an address, by `print`; the address where it cannot be read. */
export function struct(length: number, print: (view: DataView, call: Call) => string): (call: Call, i: number) => string {
  return (call, i) => structText(call, call.arg(i), length, print);
}

export function structText(call: Call, va: bigint, length: number, print: (view: DataView, call: Call) => string): string {
  const view = readAll(call.memory, va, length);
  return view ? print(view, call) : address(va);
}

/** One that the call reads. */
export function structIn(length: number, print: (view: DataView, call: Call) => string): Printer {
  return atEntry(struct(length, print));
}

/** One that the call fills, when it succeeds. */
export function structOut(length: number, print: (view: DataView, call: Call) => string): Printer {
  return atExit((call, i) => (call.failed ? address(call.arg(i)) : struct(length, print)(call, i)));
}

/** `count` structures of `size` bytes: [a, b, ...]. */
export function arrayText(call: Call, va: bigint, count: number, size: number, print: (view: DataView, call: Call) => string): string {
  if (count === 0) return va === 0n ? 'NULL' : '[]';
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    const at = va + BigInt(i * size);
    if (i >= call.stringLimit) {
      parts.push('...');
      break;
    }
    const view = readAll(call.memory, at, size);
    if (!view && i === 0) return address(va);
    parts.push(view ? print(view, call) : `... /* ${address(at)} */`);
    if (!view) break;
  }
  return `[${parts.join(', ')}]`;
}

export const intIn = structIn(4, (view) => `[${view.getInt32(0, true)}]`);
export const intOut = structOut(4, (view) => `[${view.getInt32(0, true)}]`);
export const offsetIn = structIn(8, (view) => `[${view.getBigInt64(0, true)}]`);
export const addressOut = structOut(8, (view) => `[${address(view.getBigUint64(0, true))}]`);
