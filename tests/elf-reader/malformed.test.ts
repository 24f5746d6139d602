import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CodeSymbols, ElfError, elfJson, findSymbol, parseElf, symbols } from '@ring3/elf';
import { makeElf } from './make-elf.js';
import { ALL, printed } from './readelf.js';

const EVERYTHING = { ...ALL, sectionDetails: true, hexDumps: ['.text', '3'], stringDumps: ['.dynstr', '5'] };

/** Numbers that repeat from run to run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/** Changes some bytes, mostly of the tables, and now and then cuts the end off. */
function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = original.slice();
  const tables = Number(new DataView(bytes.buffer).getBigUint64(40, true));
  const areas = [64, Math.min(1500, bytes.length), bytes.length];
  for (let count = 1 + random(12); count > 0; count--) {
    const at = random(4) === 0 ? Math.min(tables + random(2000), bytes.length - 1) : random(areas[random(3)]!);
    if (random(3) > 0) bytes[at] = random(2) ? random(256) : EXTREMES[random(5)]!;
    else bytes.fill(EXTREMES[random(5)]!, at, at + 8);
  }
  return random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}

/** Reads all that can be read; what is no ELF file is refused as one. Returns how much was printed. */
function look(bytes: Uint8Array): number {
  try {
    const warnings: string[] = [];
    const { length } = printed(bytes, EVERYTHING, warnings);
    const file = parseElf(bytes);
    JSON.stringify(elfJson(file, EVERYTHING));
    symbols(file);
    findSymbol(file, 'main');
    new CodeSymbols(file).describe(0x1000n, 1);
    return length + warnings.join('').length;
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    return 0;
  }
}

describe('malformed files', () => {
  test.each(['/bin/true', '/usr/lib/x86_64-linux-gnu/libdl.so.2', '/bin/busybox'])('mutations of %s are read without a fault', (path) => {
    const original = new Uint8Array(readFileSync(path)).slice(0, 100_000);
    const random = generator(path.length);
    for (let run = 0; run < 120; run++) {
      const bytes = mutate(original, random);
      expect(look(bytes)).toBeLessThan((1 << 20) + 520 * bytes.length);
    }
  });

  test('every length of a file that ends too early', () => {
    const original = makeElf({
      sections: [{ name: '.text', type: 1, flags: 6n, data: new Uint8Array(16) }],
      segments: [{ type: 1, section: '.text' }],
    });
    for (let length = 0; length < original.length; length++) look(original.subarray(0, length));
    expect(() => parseElf(original.subarray(0, 63))).toThrow(ElfError);
    expect(() => parseElf(new Uint8Array(1000))).toThrow('wrong magic bytes');
  });

  test('program headers that all name the same notes are cut off', () => {
    const notes = new Uint8Array(40_000).fill(1, 12);
    notes.set([4, 0, 0, 0, 0x30, 0x9c, 0, 0, 1]);
    const bytes = makeElf({
      type: 4,
      sections: [{ name: '.note', type: 7, data: notes }],
      segments: Array.from({ length: 2000 }, () => ({ type: 4, section: '.note' })),
    });
    const warnings: string[] = [];
    expect(printed(bytes, ALL, warnings).length).toBeLessThanOrEqual((1 << 20) + 512 * bytes.length);
    expect(warnings.length).toBeGreaterThan(0);
  });

  test('a string table without an end is not read for every symbol', () => {
    const count = 20_000;
    const table = new Uint8Array(24 * count);
    for (let index = 0; index < count; index++) table[24 * index] = 1 + (index % 100);
    const bytes = makeElf({
      sections: [
        { name: '.symtab', type: 2, data: table, link: 2, entsize: 24n },
        { name: '.strtab', type: 3, data: new Uint8Array(500_000).fill(65) },
      ],
    });
    const start = performance.now();
    const names = symbols(parseElf(bytes));
    expect(names.length).toBe(count);
    expect(names.at(-1)!.name).toBe('<corrupt>');
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('version chains that meet are read once', () => {
    const size = 30_000;
    const needs = new Uint8Array(size);
    const view = new DataView(needs.buffer);
    // Every 16 bytes an entry, each with all the names behind it.
    for (let at = 0; at + 16 <= size; at += 16) {
      view.setUint16(at + 2, 0xffff, true);
      view.setUint32(at + 8, 16, true);
      view.setUint32(at + 12, 16, true);
    }
    const bytes = makeElf({ sections: [{ name: '.gnu.version_r', type: 0x6ffffffe, data: needs, link: 2, info: 100_000 }] });
    expect(printed(bytes, ALL).length).toBeLessThan(60 * size);
  });
});
