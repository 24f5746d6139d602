import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Auxv, PageStruct } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../kernel.js';
import { inspectMaps } from '../../inspect/maps.js';
import { pageStruct } from '../../mm/frames.js';
import { peekUser } from '../../mm/peek.js';
import { makeMachine, putFile } from '../testing/machine.js';
import { doExecve } from '../exec.js';
import { VDSO_IMAGE } from './vdso-image.generated.js';

const program = readFileSync('/bin/true');
const interpreter = readFileSync('/lib64/ld-linux-x86-64.so.2');

/** Numbers of a linear congruential generator. */
function seeded(state: number): { random: (into: Uint8Array) => void } {
  return {
    random(into) {
      for (let i = 0; i < into.length; i++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        into[i] = state >>> 16;
      }
    },
  };
}

/** `seed`: of the random addresses; none: no ASLR. */
function started(layout: 'compact' | 'linux', seed = 0): Kernel {
  const k = makeMachine(layout);
  if (seed !== 0) {
    const { random } = seeded(seed);
    k.vm.randomizeVaSpace = 2;
    k.platform = { ...k.platform, random };
  }
  const lib = k.current.fs.root.inode.mkdir(k, 'lib64', 0o40755, k.current.cred);
  expect(lib).toBeTruthy();
  putFile(k, '/lib64/ld-linux-x86-64.so.2', interpreter);
  putFile(k, '/true', program);
  doExecve(k, '/true', ['true'], []);
  return k;
}

const places = (k: Kernel) => {
  const maps = inspectMaps(k, k.current.mm!);
  const named = (name: string) => maps.find((mapping) => mapping.name === name)!;
  return { vvar: named('[vvar]'), vdso: named('[vdso]'), stack: named('[stack]'), vsyscall: maps.at(-1)!, maps };
};

describe('arch_setup_additional_pages', () => {
  it.each(['compact', 'linux'] as const)('layout %s without ASLR: right below the interpreter, as mmap would place it', (layout) => {
    const k = started(layout);
    const { vvar, vdso, maps } = places(k);
    expect(vdso.start).toBe(vvar.end);
    expect([vvar.end - vvar.start, vdso.end - vdso.start]).toEqual([3 * 4096, 4096]);
    expect([vvar.access, vdso.access]).toEqual(['r--p', 'r-xp']);
    expect(maps[maps.indexOf(vdso) + 1]!.kind).toBe('interpreter read-only data');
    expect(maps[maps.indexOf(vdso) + 1]!.start).toBe(vdso.end);
    expect(k.current.mm!.auxv[0]).toEqual([Auxv.SysInfoEhdr, vdso.start]);
  });

  it.each(['compact', 'linux'] as const)(
    'layout %s with ASLR: above the stack, below the end of its 2 MiB, where there is room',
    (layout) => {
      let above = 0;
      for (let i = 1; i <= 20; i++) {
        const { vvar, vdso, stack } = places(started(layout, i));
        expect(vdso.start).toBe(vvar.end);
        if (vvar.start < stack.end) continue;
        above++;
        expect(vdso.end).toBeLessThanOrEqual(Math.ceil((stack.end + 4 * 4096) / 0x20_0000) * 0x20_0000);
      }
      expect(above).toBeGreaterThan(0);
    },
  );

  it('every program sees the same two frames; the image is counted where it is mapped, the data never', () => {
    const k = started('linux');
    const { vdso, vvar } = places(k);
    const image = Buffer.from(peekUser(k, k.current.mm!, vdso.start, 4096)).toString('hex');
    expect(image.slice(0, VDSO_IMAGE.length)).toBe(VDSO_IMAGE);
    expect(image.slice(VDSO_IMAGE.length)).toMatch(/^0*$/);
    const data = Buffer.from(peekUser(k, k.current.mm!, vvar.start, 24));
    expect(data.readUInt32LE(0) % 2).toBe(0);
    const { sec, nsec } = k.clock.realtimeAt(0);
    expect([Number(data.readBigUInt64LE(8)), Number(data.readBigUInt64LE(16))]).toEqual([sec, nsec]);
    expect(peekUser(k, k.current.mm!, vvar.start + 4096, 1)).toHaveLength(0);
    const before = { ...k.vdso };
    doExecve(k, '/true', ['true'], []);
    expect({ ...k.vdso }).toEqual(before);
    expect(k.core.u32[(pageStruct(k, before.imageFrame) + PageStruct.RefCount) >>> 2]).toBe(1);
  });
});

const binutils = (() => {
  try {
    return execFileSync('as', ['--version'], { encoding: 'utf8' });
  } catch {
    return '';
  }
})();

// Another version may lay the same source out differently.
it.skipIf(!binutils.includes(' 2.40'))('the committed image is what vdso.S makes', () => {
  const tool = fileURLToPath(new URL('../../../tools/build-vdso.mjs', import.meta.url));
  expect(execFileSync(process.execPath, [tool, '--check'], { encoding: 'utf8' })).toBe('');
});
