import { PageFaultError, PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EFAULT, ENAMETOOLONG } from '../errno.js';
import { FaultResult, handleMmFault } from './fault.js';
import { TASK_SIZE_MAX } from './layout.js';
import type { Mm } from './mm.js';

/**
 * User memory of the current task's address space (which is the active one), read and written by the kernel. Pages are faulted in as
 * by the program itself: copy-on-write, dirty bits and the page cache see no difference. A bad address throws EFAULT.
 */

/** @throws EFAULT where [va, va + length) is not in user space (access_ok) */
export function accessOk(_k: Kernel, va: number, length: number): void {
  if (!(va >= 0 && length >= 0 && va + length <= TASK_SIZE_MAX)) throw EFAULT;
}

/** Host address of the byte at va in `mm`, made accessible for reading or writing. @throws EFAULT */
export function faultIn(k: Kernel, mm: Mm, va: number, write: boolean): number {
  const access = write ? 1 : 0;
  if (!(va >= 0 && va < TASK_SIZE_MAX)) throw EFAULT;
  // The second fault is for a page that came in read-only; more would mean that page table and vma disagree.
  for (let attempt = 0; attempt < 4; attempt++) {
    const host = k.core.translateIn(mm.pgd, va, access);
    if (host !== 0) return host;
    if (handleMmFault(k, mm, va, write ? PageFaultError.Write : 0) !== FaultResult.Ok) throw EFAULT;
  }
  throw EFAULT;
}

function toRead(k: Kernel, va: number): number {
  const host = va < TASK_SIZE_MAX ? k.core.translate(va, 0) : 0;
  return host !== 0 ? host : faultIn(k, k.current.mm!, va, false);
}

function toWrite(k: Kernel, va: number): number {
  const host = va < TASK_SIZE_MAX ? k.core.translate(va, 1) : 0;
  return host !== 0 ? host : faultIn(k, k.current.mm!, va, true);
}

/** Host address of a byte to read or write, and how many bytes follow it in its page: bulk transfers loop over these. */
export function userPageToRead(k: Kernel, va: number): number {
  return toRead(k, va);
}

export function userPageToWrite(k: Kernel, va: number): number {
  return toWrite(k, va);
}

export function getU8(k: Kernel, va: number): number {
  const host = toRead(k, va);
  return k.core.u8[host]!;
}

export function putU8(k: Kernel, va: number, value: number): void {
  const host = toWrite(k, va);
  k.core.u8[host] = value;
}

function getU16(k: Kernel, va: number): number {
  return getU8(k, va) | (getU8(k, va + 1) << 8);
}

export function putU16(k: Kernel, va: number, value: number): void {
  putU8(k, va + 1, (value >>> 8) & 0xff);
  putU8(k, va, value & 0xff);
}

export function getU32(k: Kernel, va: number): number {
  if ((va & PageSize.Mask) <= PageSize.Bytes - 4) {
    const host = toRead(k, va);
    return k.core.view.getUint32(host, true);
  }
  return (getU16(k, va) | (getU16(k, va + 2) << 16)) >>> 0;
}

export function getI32(k: Kernel, va: number): number {
  return getU32(k, va) | 0;
}

/** value: any 32-bit Number, signed or unsigned. */
export function putU32(k: Kernel, va: number, value: number): void {
  if ((va & PageSize.Mask) <= PageSize.Bytes - 4) {
    const host = toWrite(k, va);
    k.core.view.setUint32(host, value >>> 0, true);
    return;
  }
  putU16(k, va + 2, value >>> 16);
  putU16(k, va, value & 0xffff);
}

/** [low half, high half], unsigned. */
export function getU64(k: Kernel, va: number): [lo: number, hi: number] {
  return [getU32(k, va), getU32(k, va + 4)];
}

/** As an unsigned Number: exact below 2^53. */
export function getU64Number(k: Kernel, va: number): number {
  return getU32(k, va) + getU32(k, va + 4) * 0x1_0000_0000;
}

/** As a signed Number: exact between −2^53 and 2^53. */
export function getI64Number(k: Kernel, va: number): number {
  return getU32(k, va) + (getU32(k, va + 4) | 0) * 0x1_0000_0000;
}

/** value: an integer, negative ones in two's complement. */
export function putU64(k: Kernel, va: number, value: number): void {
  putU64Pair(k, va, value % 0x1_0000_0000, Math.floor(value / 0x1_0000_0000));
}

export function putU64Pair(k: Kernel, va: number, lo: number, hi: number): void {
  if ((va & PageSize.Mask) <= PageSize.Bytes - 8) {
    const host = toWrite(k, va);
    k.core.view.setUint32(host, lo >>> 0, true);
    k.core.view.setUint32(host + 4, hi >>> 0, true);
    return;
  }
  putU32(k, va + 4, hi);
  putU32(k, va, lo);
}

/** @throws EFAULT; some bytes may have been read */
export function copyFromUser(k: Kernel, va: number, length: number): Uint8Array {
  accessOk(k, va, length);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const host = toRead(k, va + done);
    const n = Math.min(length - done, PageSize.Bytes - (host & PageSize.Mask));
    bytes.set(k.core.u8.subarray(host, host + n), done);
    done += n;
  }
  return bytes;
}

/** @throws EFAULT; bytes before the bad page have been written */
export function copyToUser(k: Kernel, va: number, bytes: Uint8Array): void {
  accessOk(k, va, bytes.length);
  for (let done = 0; done < bytes.length;) {
    const host = toWrite(k, va + done);
    const n = Math.min(bytes.length - done, PageSize.Bytes - (host & PageSize.Mask));
    k.core.u8.set(n === bytes.length ? bytes : bytes.subarray(done, done + n), host);
    done += n;
  }
}

/** clear_user. @throws EFAULT */
export function clearUser(k: Kernel, va: number, length: number): void {
  accessOk(k, va, length);
  for (let done = 0; done < length;) {
    const host = toWrite(k, va + done);
    const n = Math.min(length - done, PageSize.Bytes - (host & PageSize.Mask));
    k.core.u8.fill(0, host, host + n);
    done += n;
  }
}

/** A NUL-terminated string of at most max bytes, the NUL counted, as latin1. @throws EFAULT ENAMETOOLONG */
export function strncpyFromUser(k: Kernel, va: number, max: number): string {
  let text = '';
  for (let done = 0; done < max;) {
    const host = toRead(k, va + done);
    const limit = Math.min(max - done, PageSize.Bytes - (host & PageSize.Mask));
    const { u8 } = k.core;
    for (let i = host; i < host + limit; i++) {
      const byte = u8[i]!;
      if (byte === 0) return text;
      text += String.fromCharCode(byte);
    }
    done += limit;
  }
  throw ENAMETOOLONG;
}

export { readRemote, writeRemote } from './remote-access.js';
