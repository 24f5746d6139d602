/**
 * dev_t as user mode sees it (include/linux/kdev_t.h: new_encode_dev), 32 bits:
 *
 *     31        20 19       8 7      0
 *     │ minor 19:8 │ major    │ minor │
 */
export function makeDev(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

export const majorOf = (dev: number): number => (dev >>> 8) & 0xfff;

export const minorOf = (dev: number): number => (dev & 0xff) | ((dev >>> 12) & 0xfff00);
