import { MapFlag, PageSize, Prot } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { EFAULT } from '../errno.js';
import { doMmap } from './mmap.js';
import { makeMachine } from './testing/machine.js';
import { copyFromUser, copyToUser } from './uaccess.js';
import { UserIter } from './user-iter.js';

const P = PageSize.Bytes;

/** Two pages, and a hole behind them. */
function withPages() {
  const { k, mm } = makeMachine();
  const va = doMmap(k, mm, null, 0, 3 * P, Prot.Read | Prot.Write, MapFlag.Private | MapFlag.Anonymous, 0);
  doMmap(k, mm, null, va + 2 * P, P, Prot.None, MapFlag.Private | MapFlag.Anonymous | MapFlag.Fixed, 0);
  return { k, va };
}

const counting = (n: number, from = 1) => Uint8Array.from({ length: n }, (_, i) => from + i);

describe('iov_iter over user memory', () => {
  // Short transfers are copied byte by byte, long ones in bulk; both may cross a page.
  it.each([1, 31, 32, 33, 200, P + 100])('moves %i bytes there and back, from the middle of an array', (n) => {
    const { k, va } = withPages();
    const at = va + P - 16;
    const source = counting(n + 20);
    const length = Math.min(n, P);
    const to = UserIter.single(at, length);
    expect(to.put(k, source, 7, length)).toBe(length);
    expect([to.done, to.remaining]).toEqual([length, 0]);
    expect(copyFromUser(k, at, length)).toEqual(source.slice(7, 7 + length));
    const into = new Uint8Array(length + 10);
    expect(UserIter.single(at, length).take(k, into, 5)).toBe(length);
    expect(into.slice(5, 5 + length)).toEqual(source.slice(7, 7 + length));
    expect([into[4], into[length + 5]]).toEqual([0, 0]);
  });

  it('goes from segment to segment, over empty ones', () => {
    const { k, va } = withPages();
    const segments = [0, 3, 0, 0, 40, 1, 0].map((len, i) => ({ base: va + 100 * i, len }));
    const iter = UserIter.segments(segments);
    expect(iter.remaining).toBe(44);
    expect(iter.put(k, counting(2))).toBe(2);
    expect(iter.put(k, counting(100, 3))).toBe(42);
    expect(iter.remaining).toBe(0);
    expect(iter.put(k, counting(1))).toBe(0);
    expect([...copyFromUser(k, va + 100, 4)]).toEqual([1, 2, 3, 0]);
    expect([...copyFromUser(k, va + 400, 41)]).toEqual([...counting(40, 4), 0]);
    expect([...copyFromUser(k, va + 500, 2)]).toEqual([44, 0]);
  });

  it('goes on where an earlier call stopped', () => {
    const { k, va } = withPages();
    copyToUser(k, va, counting(10));
    const iter = UserIter.segments([
      { base: va, len: 4 },
      { base: va + 4, len: 6 },
    ]);
    iter.advance(7);
    const into = new Uint8Array(3);
    expect([iter.take(k, into), ...into]).toEqual([3, 8, 9, 10]);
  });

  it('stops short at a bad page, and throws when nothing was moved', () => {
    const { k, va } = withPages();
    const iter = UserIter.single(va + 2 * P - 5, 100);
    expect(iter.put(k, counting(50))).toBe(5);
    expect(() => UserIter.single(va + 2 * P, 1).put(k, counting(1))).toThrow(EFAULT);
    expect(() => UserIter.single(-1, 1)).toThrow(EFAULT);
    expect(() => UserIter.segments([{ base: 2 ** 47, len: 1 }])).toThrow(EFAULT);
  });
});
