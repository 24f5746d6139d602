import { At, Ms, O, S } from '@ring3/abi';
import { EEXIST, Errno } from './errno.js';
import type { Kernel } from './kernel.js';
import { isDir } from './vfs/inode-life.js';
import { LookupFlags, pathAt } from './vfs/namei.js';
import { mkdirAt } from './vfs/namespace.js';
import { openAt } from './vfs/open.js';
import { fput } from './vfs/file-table.js';
import type { Mount, Path } from './vfs/path.js';
import type { SuperBlock } from './vfs/super-block.js';

/**
 * Mounts from outside the guest: at an absolute path, whose missing directories (and last component, a file where the mounted root is
 * one) are made. @throws Errno where the tree has no room for them
 */
export function mountAt(k: Kernel, sb: SuperBlock, name: string, options: { readOnly?: boolean } = {}): Mount {
  if (options.readOnly) sb.readOnly = true;
  const flags = Ms.RELATIME | (options.readOnly ? Ms.RDONLY : 0);
  return k.mounts.mount(k, sb, mountPoint(k, name, isDir(sb.root)), flags);
}

/** mkdir -p. @throws Errno */
export function makeFolders(k: Kernel, name: string): void {
  let path = '';
  for (const part of name.split('/')) {
    if (part === '') continue;
    path += `/${part}`;
    makeDirectory(k, path);
  }
}

function mountPoint(k: Kernel, name: string, directory: boolean): Path {
  const parts = name.split('/').filter((part) => part !== '');
  let path = '';
  parts.forEach((part, i) => {
    path += `/${part}`;
    if (i < parts.length - 1 || directory) makeDirectory(k, path);
    else makeFile(k, path);
  });
  return pathAt(k, At.FDCWD, path || '/', LookupFlags.Follow);
}

function makeDirectory(k: Kernel, path: string): void {
  try {
    mkdirAt(k, At.FDCWD, path, 0o755);
  } catch (error) {
    if (error !== EEXIST && !exists(k, path)) throw error;
  }
}

function makeFile(k: Kernel, path: string): void {
  if (exists(k, path)) return;
  fput(k, openAt(k, At.FDCWD, path, O.CREAT | O.WRONLY, S.IFREG | 0o644));
}

function exists(k: Kernel, path: string): boolean {
  try {
    pathAt(k, At.FDCWD, path, LookupFlags.Follow);
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}
