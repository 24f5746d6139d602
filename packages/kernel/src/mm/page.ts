import { PageSize } from '@ring3/abi';

export const PAGE_SIZE = PageSize.Bytes;

/** Addresses are Numbers below 2^48: & works on the low 32 bits only, so whole addresses are aligned by subtraction. */
export function pageOffset(va: number): number {
  return va & PageSize.Mask;
}

export function pageBase(va: number): number {
  return va - (va & PageSize.Mask);
}

/** PAGE_ALIGN: up. Exact up to 2^64, where adding a page less one would be rounded. */
export function pageAlign(va: number): number {
  const offset = va & PageSize.Mask;
  return offset === 0 ? va : va - offset + PageSize.Bytes;
}
