import { readFileSync } from 'node:fs';
import { At, MapFlag, Mremap, O, PageSize, Prot } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { KernelIter } from '../../io/kernel-iter.js';
import type { Kernel } from '../../kernel.js';
import { doMmap } from '../../mm/mmap.js';
import { doMremap } from '../../mm/mremap.js';
import { doMprotect } from '../../mm/mprotect.js';
import { getU8, putU8 } from '../../mm/uaccess.js';
import { openAt } from '../../vfs/open.js';
import { withProc, write } from './testing/proc.js';

const P = PageSize.Bytes;
const PAGES = 6;

/** A letter per page: d soft-dirty, - not, in lower case; where nothing is mapped D and =. */
function state(k: Kernel, va: number, pages = PAGES): string {
  const file = openAt(k, At.FDCWD, '/proc/self/pagemap', O.RDONLY, 0);
  const bytes = new Uint8Array(pages * 8);
  file.read(k, new KernelIter(bytes), (va / P) * 8);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: pages }, (_, i) => {
    const high = view.getUint32(i * 8 + 4, true);
    const dirty = (high >>> 23) & 1;
    return high >>> 31 ? (dirty ? 'd' : '-') : dirty ? 'D' : '=';
  }).join('');
}

const map = (k: Kernel, flags: number): number => doMmap(k, k.current.mm!, null, 0, PAGES * P, Prot.Read | Prot.Write, flags, 0);
const clear = (k: Kernel): void => expect(write(k, '/proc/self/clear_refs', '4')).toBe('ok');

describe('soft-dirty (no kernel to compare with here has CONFIG_MEM_SOFT_DIRTY)', () => {
  for (const [name, flags] of [
    ['private', MapFlag.Private | MapFlag.Anonymous],
    ['shared', MapFlag.Shared | MapFlag.Anonymous],
  ] as const) {
    it(`${name} memory: pages written since clear_refs`, () => {
      const k = withProc(readFileSync);
      const va = map(k, flags);
      // A new mapping counts as written as a whole.
      expect(state(k, va)).toBe('DDDDDD');
      for (let i = 0; i < 4; i++) putU8(k, va + i * P, 1);
      expect(state(k, va)).toBe('ddddDD');
      clear(k);
      expect(state(k, va)).toBe('----==');
      expect(getU8(k, va)).toBe(1);
      expect(state(k, va)).toBe('----==');
      putU8(k, va + P, 2);
      putU8(k, va + 5 * P, 2);
      expect(state(k, va)).toBe('-d--=d');
      expect(getU8(k, va + P)).toBe(2);
      clear(k);
      expect(state(k, va)).toBe('----=-');
    });
    it(`${name} memory: protection does not lose the bit, or the write that sets it`, () => {
      const k = withProc(readFileSync);
      const mm = k.current.mm!;
      const va = map(k, flags);
      for (let i = 0; i < PAGES; i++) putU8(k, va + i * P, 1);
      clear(k);
      putU8(k, va, 2);
      doMprotect(k, mm, va, PAGES * P, Prot.Read);
      doMprotect(k, mm, va, PAGES * P, Prot.Read | Prot.Write);
      expect(state(k, va)).toBe('d-----');
      putU8(k, va + 2 * P, 2);
      expect(state(k, va)).toBe('d-d---');
    });
  }
  it('a mapping that was moved is dirty where there are pages', () => {
    const k = withProc(readFileSync);
    const va = map(k, MapFlag.Private | MapFlag.Anonymous);
    putU8(k, va, 1);
    clear(k);
    const to = doMremap(k, k.current.mm!, va, PAGES * P, 2 * PAGES * P, Mremap.MayMove, 0);
    expect(state(k, to)[0]).toBe('d');
  });
});
