import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { At, O, S } from '@ring3/abi';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EEXIST, ENOENT, EROFS } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import type { HostFs } from '../../platform.js';
import { KernelIter } from '../../io/kernel-iter.js';
import { changeMode, changeTimes, truncateInode } from '../../vfs/attr.js';
import { fput } from '../../vfs/file-table.js';
import { LookupFlags, pathAt } from '../../vfs/namei.js';
import { mkdirAt, symlinkAt, unlinkAt } from '../../vfs/namespace.js';
import { openAt } from '../../vfs/open.js';
import { readAt } from '../../vfs/read-write.js';
import { renameAt } from '../../vfs/rename.js';
import { makeTree, readFile, writeFile } from '../../vfs/testing/tree.js';
import { createHostFs } from './hostfs.js';

/** platform.hostFs over one directory, by Node's calls. */
function nodeHost(root: string): HostFs {
  const at = (path: string): string => join(root, path);
  return {
    lstat: (_root, path) => fs.lstatSync(at(path)),
    readdir: (_root, path) => fs.readdirSync(at(path)).map((name) => ({ name, type: 0, ino: 0 })),
    readlink: (_root, path) => fs.readlinkSync(at(path)),
    open: (_root, path, flags, mode) => fs.openSync(at(path), flags, mode),
    close: (handle) => fs.closeSync(handle),
    read: (handle, into, position) => fs.readSync(handle, into, 0, into.length, position),
    write: (handle, from, position) => fs.writeSync(handle, from, 0, from.length, position),
    truncate: (handle, size) => fs.ftruncateSync(handle, size),
    fsync: (handle) => fs.fsyncSync(handle),
    mkdir: (_root, path, mode) => fs.mkdirSync(at(path), mode),
    rmdir: (_root, path) => fs.rmdirSync(at(path)),
    unlink: (_root, path) => fs.unlinkSync(at(path)),
    rename: (_root, from, to) => fs.renameSync(at(from), at(to)),
    link: (_root, from, to) => fs.linkSync(at(from), at(to)),
    symlink: (_root, target, path) => fs.symlinkSync(target, at(path)),
    chmod: (_root, path, mode) => fs.chmodSync(at(path), mode),
    chown: (_root, path, uid, gid) => fs.lchownSync(at(path), uid, gid),
    utimes: (_root, path, atime, mtime) => fs.lutimesSync(at(path), atime / 1000, mtime / 1000),
    statfs: () => ({ bsize: 4096, blocks: 10, bfree: 5, files: 10, ffree: 5 }),
  };
}

let dir: string;
let k: Kernel;

beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), 'hostfs-'));
  k = makeTree((kernel) => {
    (kernel as { platform: Kernel['platform'] }).platform = { ...kernel.platform, hostFs: nodeHost(dir) };
    return createHostFs(kernel, 0);
  });
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const host = (name: string): string => fs.readFileSync(join(dir, name), 'latin1');
const inodeOf = (path: string): ReturnType<typeof pathAt>['inode'] => pathAt(k, At.FDCWD, path, LookupFlags.None).inode;
function caught(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

test('what the guest writes is on the host after close, and the reverse', () => {
  writeFile(k, '/a', 'hello', O.CREAT | O.WRONLY);
  expect(host('a')).toBe('hello');
  fs.writeFileSync(join(dir, 'a'), 'changed outside');
  expect(readFile(k, '/a')).toBe('changed outside');
  fs.writeFileSync(join(dir, 'a'), 'CHANGED OUTSIDE');
  expect(inodeOf('/a').size).toBe(15);
  expect(readFile(k, '/a')).toBe('CHANGED OUTSIDE');
  writeFile(k, '/a', '!', O.WRONLY | O.APPEND);
  expect(host('a')).toBe('CHANGED OUTSIDE!');
  writeFile(k, '/a', 'x', O.WRONLY | O.TRUNC);
  expect(host('a')).toBe('x');
});

test('sizes, modes and times go through', () => {
  writeFile(k, '/a', 'hello', O.CREAT | O.WRONLY);
  const path = pathAt(k, At.FDCWD, '/a', LookupFlags.None);
  truncateInode(k, path.mount, path.inode, 3, k.current.cred);
  expect(host('a')).toBe('hel');
  truncateInode(k, path.mount, path.inode, 5, k.current.cred);
  expect(host('a')).toBe('hel\0\0');
  changeMode(k, path.mount, path.inode, 0o4711, k.current.cred);
  expect(fs.statSync(join(dir, 'a')).mode & S.IALLUGO).toBe(0o4711);
  changeTimes(k, path.mount, path.inode, { atime: { sec: 5, nsec: 0 }, mtime: { sec: 1000, nsec: 500_000_000 } }, k.current.cred);
  expect(fs.statSync(join(dir, 'a')).mtimeMs).toBe(1_000_500);
  expect(path.inode.mtime).toEqual({ sec: 1000, nsec: 500_000_000 });
});

test('times set before close survive it', () => {
  const file = openAt(k, At.FDCWD, '/a', O.CREAT | O.RDWR, 0o600);
  file.write(k, new KernelIter(new Uint8Array([65, 66])), 0);
  changeTimes(k, null, file.inode, { atime: { sec: 7, nsec: 0 }, mtime: { sec: 7, nsec: 0 } }, k.current.cred);
  file.flush(k);
  fput(k, file);
  expect(host('a')).toBe('AB');
  expect(fs.statSync(join(dir, 'a')).mtimeMs).toBe(7000);
});

test('an unlinked file lives on while it is open', () => {
  writeFile(k, '/a', 'still here', O.CREAT | O.WRONLY);
  const file = openAt(k, At.FDCWD, '/a', O.RDONLY, 0);
  unlinkAt(k, At.FDCWD, '/a');
  expect(fs.existsSync(join(dir, 'a'))).toBe(false);
  const bytes = new Uint8Array(20);
  expect(readAt(k, file, new KernelIter(bytes), 0)).toBe(10);
  expect(file.inode.nlink).toBe(0);
  fput(k, file);
});

test('renamed directories keep what is in them reachable', () => {
  mkdirAt(k, At.FDCWD, '/d', 0o755);
  writeFile(k, '/d/f', 'x', O.CREAT | O.WRONLY);
  const file = openAt(k, At.FDCWD, '/d/f', O.RDWR, 0);
  renameAt(k, At.FDCWD, '/d', At.FDCWD, '/e', 0);
  file.inode.refresh(k);
  expect(readFile(k, '/e/f')).toBe('x');
  expect(caught(() => readFile(k, '/d/f'))).toBe(ENOENT);
  fput(k, file);
});

test('host symlinks are resolved in the guest', () => {
  fs.symlinkSync('/etc/passwd', join(dir, 'escape'));
  expect(caught(() => readFile(k, '/escape'))).toBe(ENOENT);
  symlinkAt(k, 'nowhere', At.FDCWD, '/l');
  expect(fs.readlinkSync(join(dir, 'l'))).toBe('nowhere');
  expect(caught(() => symlinkAt(k, 'x', At.FDCWD, '/l'))).toBe(EEXIST);
});

test('read-only', () => {
  writeFile(k, '/a', 'x', O.CREAT | O.WRONLY);
  k.mounts.root.sb.readOnly = true;
  expect(caught(() => openAt(k, At.FDCWD, '/a', O.WRONLY, 0))).toBe(EROFS);
  expect(caught(() => unlinkAt(k, At.FDCWD, '/a'))).toBe(EROFS);
});
