import { At, O } from '@ring3/abi';
import { expect, test } from 'vitest';
import { ENOENT } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { fput } from '../../vfs/file-table.js';
import { LookupFlags, pathAt } from '../../vfs/namei.js';
import { mkdirAt, rmdirAt, symlinkAt, unlinkAt } from '../../vfs/namespace.js';
import { openAt } from '../../vfs/open.js';
import { renameAt } from '../../vfs/rename.js';
import { makeTree, readFile, writeFile } from '../../vfs/testing/tree.js';
import { createTmpfs } from '../tmpfs/tmpfs.js';
import { createOverlay } from './overlay.js';

/** /lower and, mounted over it, /o. */
function makeOverlay(): Kernel {
  const k = makeTree((kernel) => createTmpfs(kernel));
  mkdirAt(k, At.FDCWD, '/lower', 0o755);
  mkdirAt(k, At.FDCWD, '/lower/dir', 0o755);
  mkdirAt(k, At.FDCWD, '/o', 0o755);
  writeFile(k, '/lower/dir/a', 'from below', O.CREAT | O.WRONLY);
  writeFile(k, '/lower/dir/b', 'b', O.CREAT | O.WRONLY);
  symlinkAt(k, 'a', At.FDCWD, '/lower/dir/link');
  const lower = pathAt(k, At.FDCWD, '/lower', LookupFlags.None);
  k.mounts.mount(k, createOverlay(k, lower), pathAt(k, At.FDCWD, '/o', LookupFlags.None));
  return k;
}

const names = (k: Kernel, path: string): string[] => {
  const file = openAt(k, At.FDCWD, path, O.DIRECTORY, 0);
  try {
    return file
      .readdir(k)
      .map(({ name }) => name)
      .toSorted();
  } finally {
    fput(k, file);
  }
};
const inodeOf = (k: Kernel, path: string): ReturnType<typeof pathAt>['inode'] => pathAt(k, At.FDCWD, path, LookupFlags.None).inode;

function caught(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

test('reads through, and a write stays above with the same number and page cache', () => {
  const k = makeOverlay();
  expect(readFile(k, '/o/dir/link')).toBe('from below');
  const { ino, mapping } = inodeOf(k, '/o/dir/a');
  const reader = openAt(k, At.FDCWD, '/o/dir/a', O.RDONLY, 0);
  writeFile(k, '/o/dir/a', ' and above', O.WRONLY | O.APPEND);
  expect(readFile(k, '/o/dir/a')).toBe('from below and above');
  expect(readFile(k, '/lower/dir/a')).toBe('from below');
  expect(inodeOf(k, '/o/dir/a').ino).toBe(ino);
  expect(inodeOf(k, '/o/dir/a').mapping).toBe(mapping);
  expect(reader.inode.size).toBe('from below and above'.length);
  fput(k, reader);
});

test('what is removed stays removed, and a new directory hides the lower one', () => {
  const k = makeOverlay();
  unlinkAt(k, At.FDCWD, '/o/dir/b');
  expect(names(k, '/o/dir')).toEqual(['.', '..', 'a', 'link']);
  expect(caught(() => readFile(k, '/o/dir/b'))).toBe(ENOENT);
  unlinkAt(k, At.FDCWD, '/o/dir/a');
  unlinkAt(k, At.FDCWD, '/o/dir/link');
  rmdirAt(k, At.FDCWD, '/o/dir');
  mkdirAt(k, At.FDCWD, '/o/dir', 0o700);
  expect(names(k, '/o/dir')).toEqual(['.', '..']);
  expect(names(k, '/lower/dir')).toEqual(['.', '..', 'a', 'b', 'link']);
});

test('a lower directory moves with what is in it', () => {
  const k = makeOverlay();
  renameAt(k, At.FDCWD, '/o/dir', At.FDCWD, '/o/moved', 0);
  expect(readFile(k, '/o/moved/a')).toBe('from below');
  expect(names(k, '/o')).toEqual(['.', '..', 'moved']);
  expect(inodeOf(k, '/lower/dir').nlink).toBe(2);
});

test('truncating copies nothing up, extending shows zeros', () => {
  const k = makeOverlay();
  writeFile(k, '/o/dir/a', 'x', O.WRONLY | O.TRUNC);
  expect(readFile(k, '/o/dir/a')).toBe('x');
  inodeOf(k, '/o/dir/b').setattr(k, { size: 3 });
  expect(readFile(k, '/o/dir/b')).toBe('b\0\0');
});
