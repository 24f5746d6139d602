import { Header, Memo, MemoryMap } from '@ring3/abi';
import type { Core } from '@ring3/core';

/** Bytes that the accesses which share a memo cover, at most. */
export const MEMO_SPANS = [8, 16, 64, 256] as const;

const SLOTS = ((MemoryMap.MemosEnd - MemoryMap.Memos) / 4096) * Memo.PerPage;

/** Host address of a memo by its number. */
function addressOf(number: number): number {
  const inPage = number % Memo.PerPage;
  return MemoryMap.Memos + ((number - inPage) / Memo.PerPage) * 4096 + Memo.First + inPage * Memo.Bytes;
}

/**
 * Who has which memo. What one says must be true for all that use it: so it is of one kind, reads or writes of so many bytes, for as long as
 * the machine runs, since code that is thrown away may still be running. When there are no more, accesses share what others of their kind have.
 */
export class Memos {
  private top = 0;
  private readonly kinds: { memos: number[]; next: number }[] = [];
  /** By what they are for. */
  private readonly known = new Map<number, number>();

  constructor(private readonly core: Core) {
    core.u8.fill(0, MemoryMap.Memos, MemoryMap.MemosEnd);
    for (let i = 0; i < 2 * MEMO_SPANS.length; i++) this.kinds.push({ memos: [this.fresh()], next: 0 });
  }

  /** Host address of the memo for accesses of `bytes` bytes, at most, by an instruction; `key`: whose it is. */
  memoFor(key: number, bytes: number, write: boolean): number {
    const size = MEMO_SPANS.findIndex((most) => bytes <= most);
    const number = (write ? MEMO_SPANS.length : 0) + size;
    const place = key * this.kinds.length + number;
    let memo = this.known.get(place);
    if (memo !== undefined) return memo;
    const kind = this.kinds[number]!;
    if (kind.next === kind.memos.length) {
      if (this.top < SLOTS) kind.memos.push(this.fresh());
      else kind.next = 0;
    }
    memo = kind.memos[kind.next++]!;
    this.known.set(place, memo);
    return memo;
  }

  /** Nothing is anybody's any more. */
  forget(): void {
    this.known.clear();
    for (const kind of this.kinds) kind.next = 0;
  }

  private fresh(): number {
    const memo = addressOf(this.top++);
    this.core.u32[(MemoryMap.Header + Header.MemosTop) >>> 2] = memo + Memo.Bytes;
    return memo;
  }
}
