import type { Kernel } from '../kernel.js';
import type { SuperBlock } from './super-block.js';

/** Makes an instance for mount(2). `source` and `data` as the caller gave them. @throws EINVAL a bad option */
export type FilesystemMaker = (k: Kernel, source: string, data: string) => SuperBlock;

/** Code, not state: types that mount(2) knows. Linux: file_systems. */
const types = new Map<string, FilesystemMaker>();

export function registerFilesystem(type: string, make: FilesystemMaker): void {
  types.set(type, make);
}

export function findFilesystem(type: string): FilesystemMaker | undefined {
  return types.get(type);
}

/** In order of registration: sysfs(2) counts them. */
export function filesystemNames(): string[] {
  return [...types.keys()];
}

/** /proc/filesystems: none of ours needs a block device. */
export function filesystemsText(): string {
  return [...types.keys()].map((type) => `nodev\t${type}\n`).join('');
}
