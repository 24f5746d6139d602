import { At, O, PageSize, S, StatLayout } from '@ring3/abi';
import { beforeEach, expect, test } from 'vitest';
import { EBADF, EINVAL, EMFILE, ENOTEMPTY, ESPIPE } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { doMmap } from '../mm/mmap.js';
import { copyFromUser, copyToUser, getU32, putU64 } from '../mm/uaccess.js';
import { PARKED } from '../sched/park.js';
import { makeTree } from '../vfs/testing/tree.js';
import { dirSyscalls } from './dir.js';
import { fdSyscalls } from './fd.js';
import { fileSyscalls } from './file.js';
import { fsSyscalls } from './fs.js';
import { pathSyscalls } from './path.js';
import { statSyscalls } from './stat.js';

const rows = new Map(
  [...fileSyscalls, ...fdSyscalls, ...dirSyscalls, ...statSyscalls, ...pathSyscalls, ...fsSyscalls].map((row) => [row.name, row]),
);

let k: Kernel;
/** User memory: paths at `text`, data at `buffer`. */
let text: number;
let buffer: number;

beforeEach(() => {
  k = makeTree();
  text = doMmap(k, k.current.mm!, null, 0, 64 * PageSize.Bytes, 3, 0x22, 0);
  buffer = text + 4 * PageSize.Bytes;
  Object.assign(k.current, { sleepingOn: [], wake: () => undefined });
});

function call(name: string, ...args: (number | string)[]): number {
  let at = text;
  const values = args.map((arg) => {
    if (typeof arg === 'number') return arg;
    copyToUser(
      k,
      at,
      Uint8Array.from(`${arg}\0`, (c) => c.charCodeAt(0)),
    );
    at += arg.length + 1;
    return at - arg.length - 1;
  });
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
  return rows.get(name)!.call!(k, a, b, c, d, e, f);
}
function caught(...args: Parameters<typeof call>): unknown {
  try {
    return call(...args);
  } catch (error) {
    return error;
  }
}
const put = (value: string): void =>
  copyToUser(
    k,
    buffer,
    Uint8Array.from(value, (c) => c.charCodeAt(0)),
  );
const got = (length: number, at = buffer): string => String.fromCharCode(...copyFromUser(k, at, length));

test('open, write, lseek, read, stat', () => {
  const fd = call('openat', At.FDCWD, '/f', O.RDWR | O.CREAT, 0o666);
  expect(fd).toBe(0);
  put('hello world');
  expect(call('write', fd, buffer, 11)).toBe(11);
  expect(call('lseek', fd, -5, 2)).toBe(6);
  expect(call('read', fd, buffer + 100, 50)).toBe(5);
  expect(got(5, buffer + 100)).toBe('world');
  expect(call('fstat', fd, buffer)).toBe(0);
  expect([getU32(k, buffer + StatLayout.Size), getU32(k, buffer + StatLayout.Mode)]).toEqual([11, S.IFREG | 0o644]);
  expect(call('pwrite64', fd, text, 0, 3)).toBe(0);
  expect(caught('read', 7, buffer, 1)).toBe(EBADF);
  expect(caught('lseek', fd, -1, 0)).toBe(EINVAL);
  call('lseek', fd, 20_000, 0);
  call('write', fd, buffer, 1);
  expect(call('lseek', fd, 0, 4)).toBe(4096);
  expect(call('lseek', fd, 5000, 3)).toBe(16_384);
  expect(call('close', fd)).toBe(0);
  expect(caught('close', fd)).toBe(EBADF);
});

test('descriptors: lowest first, dup shares the position, close-on-exec is the descriptor’s, RLIMIT_NOFILE', () => {
  const fd = call('creat', '/f', 0o600);
  expect(call('dup', fd)).toBe(1);
  put('abc');
  call('write', 1, buffer, 3);
  expect(call('lseek', fd, 0, 1)).toBe(3);
  expect(call('dup3', fd, 9, O.CLOEXEC)).toBe(9);
  expect([call('fcntl', 9, 1, 0), call('fcntl', fd, 1, 0)]).toEqual([1, 0]);
  expect(call('fcntl', fd, 0, 5)).toBe(5);
  expect(call('fcntl', fd, 3, 0)).toBe(O.WRONLY | O.LARGEFILE);
  expect(caught('dup2', fd, 1024)).toBe(EBADF);
  for (let i = 0; i < 1020; i++) call('dup', fd);
  expect(caught('dup', fd)).toBe(EMFILE);
});

test('directories', () => {
  call('mkdir', '/d', 0o755);
  call('mkdir', '/d/sub', 0o755);
  call('creat', '/d/file', 0o600);
  const fd = call('open', '/d', O.DIRECTORY, 0);
  const length = call('getdents64', fd, buffer, 4096);
  const names: string[] = [];
  for (let at = 0; at < length;) {
    const record = copyFromUser(k, buffer + at, getU32(k, buffer + at + 16) & 0xffff);
    names.push(`${String.fromCharCode(...record.subarray(19)).replace(/\0.*$/s, '')}:${record[18]}`);
    at += record.length;
  }
  expect(names).toEqual(['.:4', '..:4', 'file:8', 'sub:4']);
  expect(call('getdents64', fd, buffer, 4096)).toBe(0);
  call('lseek', fd, 0, 0);
  expect(caught('getdents64', fd, buffer, 10)).toBe(EINVAL);
  expect(caught('rmdir', '/d')).toBe(ENOTEMPTY);
  call('chdir', '/d/sub');
  expect(call('getcwd', buffer, 100)).toBe(7);
  expect(got(6)).toBe('/d/sub');
});

test('pipes park, and go on where they were', () => {
  call('pipe2', buffer, 0);
  expect([getU32(k, buffer), getU32(k, buffer + 4)]).toEqual([0, 1]);
  expect(call('read', 0, buffer, 10)).toBe(PARKED);
  k.current.op = null;
  const size = 70_000;
  expect(call('write', 1, buffer, size)).toBe(PARKED);
  expect(k.current.op).toMatchObject({ done: 65_536 });
  const parked = k.current.op;
  k.current.op = null;
  expect(call('read', 0, buffer, 10_000)).toBe(10_000);
  k.current.op = parked;
  expect(call('write', 1, buffer, size)).toBe(size);
  k.current.op = null;
  expect(caught('lseek', 0, 0, 0)).toBe(ESPIPE);
});

test('sendfile, splice, copy_file_range, vectors', () => {
  const fd = call('open', '/f', O.RDWR | O.CREAT, 0o600);
  put('0123456789');
  putU64(k, text + 8192, buffer);
  putU64(k, text + 8200, 4);
  putU64(k, text + 8208, buffer + 8);
  putU64(k, text + 8216, 2);
  expect(call('writev', fd, text + 8192, 2)).toBe(6);
  const out = call('open', '/g', O.RDWR | O.CREAT, 0o600);
  putU64(k, text + 8192, 1);
  expect(call('sendfile', out, fd, text + 8192, 100)).toBe(5);
  expect(getU32(k, text + 8192)).toBe(6);
  expect(call('pread64', out, buffer, 100, 0)).toBe(5);
  expect(got(5)).toBe('12389');
  call('pipe', text + 8192);
  const [reader, writer] = [getU32(k, text + 8192), getU32(k, text + 8196)];
  call('lseek', fd, 0, 0);
  expect(call('splice', fd, 0, writer, 0, 100, 0)).toBe(6);
  expect(call('splice', reader, 0, out, 0, 4, 0)).toBe(4);
  expect(call('pread64', out, buffer, 100, 0)).toBe(9);
  expect(got(9)).toBe('123890123');
  call('lseek', fd, 0, 0);
  expect(call('copy_file_range', fd, 0, out, 0, 100, 0)).toBe(6);
  expect(call('read', reader, buffer, 100)).toBe(2);
});

test('mounts', () => {
  call('mkdir', '/m', 0o755);
  expect(call('mount', 'none', '/m', 'tmpfs', 0, 'size=8k')).toBe(0);
  const fd = call('open', '/m/f', O.RDWR | O.CREAT, 0o600);
  expect(call('write', fd, buffer, 20_000)).toBe(8192);
  call('mkdir', '/m/d', 0o755);
  call('mkdir', '/b', 0o755);
  expect(call('mount', '/m/d', '/b', '', 4096, 0)).toBe(0);
  call('creat', '/b/x', 0o600);
  expect(call('access', '/m/d/x', 0)).toBe(0);
  k.init = k.current;
  k.current.signal.threads.add(k.current);
  expect(String(caught('umount2', '/m', 0))).toBe('EBUSY');
  expect(String(caught('umount2', '/b', 0))).toBe('EBUSY');
  expect(call('umount2', '/m', 2)).toBe(0);
  expect(String(caught('access', '/m/f', 0))).toBe('ENOENT');
});
