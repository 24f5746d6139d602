import { At, LockType, O } from '@ring3/abi';
import { expect, test } from 'vitest';
import { EAGAIN } from '../errno.js';
import { FilesStruct } from '../task/files-struct.js';
import { fput } from './file-table.js';
import { FileLock, dropPosixLocks, findConflict, setLock } from './locks.js';
import { openAt } from './open.js';
import { makeTree } from './testing/tree.js';

const { RDLCK, WRLCK, UNLCK } = { RDLCK: LockType.RDLCK, WRLCK: LockType.WRLCK, UNLCK: LockType.UNLCK };

const lock = (owner: FilesStruct, type: LockType, start: number, end: number) => new FileLock('posix', owner, 1, type, start, end);

test('ranges of one owner split and merge, others are kept out', () => {
  const k = makeTree();
  const file = openAt(k, At.FDCWD, '/f', O.RDWR | O.CREAT, 0o600);
  const { inode } = file;
  const [a, b] = [new FilesStruct(), new FilesStruct()];
  const held = (owner: FilesStruct): string =>
    inode
      .locks!.list.filter((l) => l.owner === owner)
      .map((l) => `${l.type}:${l.start}-${l.end}`)
      .toSorted()
      .join(' ');
  setLock(k, inode, lock(a, WRLCK, 0, 99));
  setLock(k, inode, lock(a, UNLCK, 10, 19));
  expect(held(a)).toBe('1:0-9 1:20-99');
  setLock(k, inode, lock(a, RDLCK, 5, 24));
  expect(held(a)).toBe('0:5-24 1:0-4 1:25-99');
  setLock(k, inode, lock(b, RDLCK, 10, 20));
  expect(findConflict(inode, lock(b, WRLCK, 10, 20))?.owner).toBe(a);
  expect(() => setLock(k, inode, lock(b, RDLCK, 20, 30))).toThrow();
  setLock(k, inode, lock(a, WRLCK, 100, Infinity));
  expect(held(a)).toBe('0:5-24 1:0-4 1:25-Infinity');
  dropPosixLocks(k, inode, a);
  setLock(k, inode, lock(b, WRLCK, 0, Infinity));
  expect(held(b)).toBe('1:0-Infinity');
  fput(k, file);
});

test('flock belongs to the open file', () => {
  const k = makeTree();
  const one = openAt(k, At.FDCWD, '/f', O.RDWR | O.CREAT, 0o600);
  const two = openAt(k, At.FDCWD, '/f', O.RDWR, 0o600);
  setLock(k, one.inode, new FileLock('flock', one, 1, WRLCK, 0, Infinity));
  let error: unknown;
  try {
    setLock(k, two.inode, new FileLock('flock', two, 1, RDLCK, 0, Infinity));
  } catch (caught) {
    error = caught;
  }
  expect(error).toBe(EAGAIN);
  fput(k, one);
  setLock(k, two.inode, new FileLock('flock', two, 1, RDLCK, 0, Infinity));
});
