import { S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from './file.js';
import type { Inode } from './inode.js';
import { ENXIO } from '../errno.js';
import { majorOf, minorOf } from './dev-number.js';

/** Opens a character device node of this major. @throws ENXIO no such minor */
export type DeviceOpen = (k: Kernel, inode: Inode, flags: number, minor: number) => File;

/** Code, not state: which driver serves which major number. Linux: chrdevs. */
const drivers = new Map<number, { names: readonly string[]; open: DeviceOpen }>();

/** @param names of its regions, as /proc/devices lists them */
export function registerCharDevice(major: number, names: readonly string[], open: DeviceOpen): void {
  drivers.set(major, { names, open });
}

/** Linux: chrdev_open. @throws ENXIO no driver; block devices have none */
export function openDevice(k: Kernel, inode: Inode, flags: number): File {
  const driver = (inode.mode & S.IFMT) === S.IFCHR ? drivers.get(majorOf(inode.rdev)) : undefined;
  if (!driver) throw ENXIO;
  return driver.open(k, inode, flags, minorOf(inode.rdev));
}

/** Majors and names, for /proc/devices. */
export function charDevices(): { major: number; name: string }[] {
  return [...drivers].flatMap(([major, { names }]) => names.map((name) => ({ major, name }))).toSorted((a, b) => a.major - b.major);
}
