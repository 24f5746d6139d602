import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Ehdr, Phdr } from '@ring3/abi';
import {
  buildId,
  dynamicFields,
  type Field,
  findSymbol,
  headerFields,
  interpreterOf,
  parseElf,
  relrAddresses,
  sectionFields,
  segmentFields,
} from '@ring3/elf';
import { ByteWriter, makeElf } from './make-elf.js';

const ls = parseElf(readFileSync('/bin/ls'));

const placeOf = (fields: readonly Field[], name: string): number => fields.find((field) => field.name === name)!.offset;

/** Do the fields stand one behind the other, from `start` to `end`? */
function expectWhole(fields: readonly Field[], start: number, end: number): void {
  let at = start;
  for (const { offset, size } of fields) {
    expect(offset).toBe(at);
    at += size;
  }
  expect(at).toBe(end);
}

describe('fields and their places', () => {
  test('the ELF header is covered, but for the padding of e_ident', () => {
    const fields = headerFields(ls);
    expectWhole(fields.slice(0, 6), 0, 9);
    expectWhole(fields.slice(6), 16, 64);
  });

  test('the numbers of the kernel agree', () => {
    const fields = headerFields(ls);
    expect(placeOf(fields, 'e_machine')).toBe(Ehdr.Machine);
    expect(placeOf(fields, 'e_entry')).toBe(Ehdr.Entry);
    expect(placeOf(fields, 'e_phoff')).toBe(Ehdr.PhOff);
    expect(placeOf(fields, 'e_phnum')).toBe(Ehdr.PhNum);
    expect(placeOf(fields, 'e_shstrndx')).toBe(Ehdr.ShStrNdx);
    const [segment] = ls.segments;
    const places = segmentFields(ls, segment!).map(({ offset }) => offset - segment!.at);
    expect(places).toEqual([Phdr.Type, Phdr.Flags, Phdr.Offset, Phdr.Vaddr, Phdr.Paddr, Phdr.FileSz, Phdr.MemSz, Phdr.Align]);
  });

  test('headers of 32 bits have their own order', () => {
    const file = parseElf(makeElf({ is64: false, machine: 3, segments: [{ type: 1 }], sections: [{ name: '.text', type: 1 }] }));
    expectWhole(headerFields(file).slice(6), 16, 52);
    const [segment] = file.segments;
    expectWhole(segmentFields(file, segment!), 52, 84);
    expect(segmentFields(file, segment!).map(({ name }) => name)).toEqual(
      ['type', 'offset', 'vaddr', 'paddr', 'filesz', 'memsz', 'flags', 'align'].map((name) => `p_${name}`),
    );
    expectWhole(sectionFields(file, file.sections[1]!), file.sections[1]!.at, file.sections[1]!.at + 40);
  });

  test('values are what the bytes say', () => {
    const view = new DataView(ls.bytes.buffer, ls.bytes.byteOffset);
    const fields = [
      ...headerFields(ls).slice(6),
      ...ls.sections.flatMap((section) => sectionFields(ls, section)),
      ...ls.segments.flatMap((segment) => segmentFields(ls, segment)),
      ...dynamicFields(ls).flat(),
    ];
    expect(fields.length).toBeGreaterThan(300);
    for (const { offset, size, value } of fields) {
      const read = size === 8 ? view.getBigUint64(offset, true) : size === 4 ? view.getUint32(offset, true) : view.getUint16(offset, true);
      expect(value).toBe(read);
    }
  });
});

describe('what others ask', () => {
  const libc = parseElf(readFileSync('/usr/lib/x86_64-linux-gnu/libc.so.6'));

  test('a symbol by name', () => {
    const malloc = findSymbol(libc, 'malloc')!;
    expect(malloc.type).toBe(2);
    expect(malloc.size).toBeGreaterThan(0n);
    expect(libc.offsetOf(malloc.value)).toBeGreaterThan(0);
    expect(findSymbol(libc, 'no_such_symbol')).toBeUndefined();
  });

  test('without section headers through the dynamic segment', () => {
    const bytes = Uint8Array.from(libc.bytes);
    bytes.fill(0, 40, 48);
    bytes.fill(0, 60, 64);
    const bare = parseElf(bytes);
    expect(bare.sections).toEqual([]);
    expect(findSymbol(bare, 'malloc')).toEqual(findSymbol(libc, 'malloc'));
  });

  test('interpreter and build id', () => {
    expect(interpreterOf(ls)).toBe('/lib64/ld-linux-x86-64.so.2');
    expect(buildId(ls)).toMatch(/^[0-9a-f]{40}$/);
  });

  test.each([
    { is64: true, words: [0x1000n, 0b1011n, 0x8000_0000_0000_0001n], expected: [0x1000n, 0x1008n, 0x1018n, 0x1008n + 63n * 8n + 62n * 8n] },
    { is64: false, words: [0x1000n, 0b111n], expected: [0x1000n, 0x1004n, 0x1008n] },
  ])('packed relocations, 64 bits $is64', ({ is64, words, expected }) => {
    const data = new ByteWriter(is64).native(...words).done();
    const file = parseElf(makeElf({ is64, sections: [{ name: '.relr.dyn', type: 19, data }] }));
    expect([...relrAddresses(file, data)]).toEqual(expected);
  });
});
