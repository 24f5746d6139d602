import { PageSize } from '@ring3/abi';

export const PAGE_SIZE = PageSize.Bytes;

/** Addresses are Numbers below 2^48: & works on the low 32 bits only, so whole addresses are aligned by subtraction. */
export function pageOffset(va: number): number {
  return va & PageSize.Mask;
}

export function pageBase(va: number): number {
  return va - (va & PageSize.Mask);
}

/** PAGE_ALIGN: up. */
export function pageAlign(va: number): number {
  return pageBase(va + PageSize.Mask);
}
