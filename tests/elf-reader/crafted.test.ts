import { describe, expect, test } from 'vitest';
import { ByteWriter, type ElfSpec, makeElf, type SectionSpec } from './make-elf.js';
import { ALL, hasTool, NOTHING, printed, readelfOf } from './readelf.js';

/** Numbers from `first` on. */
const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

const equal = (spec: ElfSpec, args: string[] = ['-aW'], options = ALL): void => {
  const bytes = makeElf(spec);
  expect(printed(bytes, options)).toBe(readelfOf(args, bytes));
};

const X86_64 = 62;
const MACHINES = { i386: 3, arm: 40, 'x86-64': X86_64, aarch64: 183, 'RISC-V': 243 };

/** In every class and byte order. */
const shapes = [
  { is64: true, bigEndian: false },
  { is64: true, bigEndian: true },
  { is64: false, bigEndian: false },
  { is64: false, bigEndian: true },
];

function symbolTable(is64: boolean, bigEndian: boolean, rows: readonly (readonly number[])[]): Uint8Array {
  const writer = new ByteWriter(is64, bigEndian);
  for (const [name, info, other, section, value] of rows as [number, number, number, number, number][]) {
    if (is64) writer.word(name).number(info, 1).number(other, 1).half(section).native(value, value);
    else writer.word(name).native(value, value).number(info, 1).number(other, 1).half(section);
  }
  return writer.done();
}

/** Names, kinds and places of every sort, some of them wrong. */
const SYMBOLS = [
  [0, 0, 0, 0, 0],
  [1, 0x12, 0, 1, 0x1234],
  [5, 0x1a, 0, 1, 0x55],
  [13, 0x1a, 0, 1, 0x66],
  [0, 3, 0, 1, 0x77],
  [0, 3, 0, 0xfff1, 0],
  [0, 0x10, 0, 1, 0x99],
  [1000, 0x12, 0, 1, 1],
  [1, 0x1d, 0x84, 0xff02, 100_000],
  [1, 0xd2, 3, 0xff05, 99_999],
  [1, 0xa6, 0x40, 77, 5],
  [1, 0x3f, 0, 0xfff2, 5],
  [1, 0x37, 2, 0xff30, 5],
  [1, 0x21, 1, 0xfff0, 5],
];
const STRINGS = Buffer.from('\0foo\0anifunc\0averyveryverylongifuncname\0', 'latin1');
const RELOCATIONS = [
  [0, 0, 5],
  [1, 1, -4],
  [2, 1, 8],
  [3, 1, -8],
  [4, 2, 0],
  [5, 2, 1],
  [6, 2, 1],
  [7, 2, 1],
  [0, 8, 0x7fffffff],
] as const;

function relocationTable(is64: boolean, bigEndian: boolean, isRela: boolean): Uint8Array {
  const writer = new ByteWriter(is64, bigEndian);
  for (const [index, [symbol, type, addend]] of RELOCATIONS.entries()) {
    writer.native(index * 16, is64 ? (BigInt(symbol) << 32n) | BigInt(type) : symbol * 256 + type);
    if (isRela) writer.native(addend);
  }
  return writer.done();
}

describe.skipIf(!hasTool('readelf'))('made files, equal to readelf -aW', () => {
  test.each(shapes)('symbols and relocations, 64 bits $is64, big-endian $bigEndian', ({ is64, bigEndian }) => {
    for (const machine of [is64 ? X86_64 : MACHINES.i386])
      for (const type of [4, 9])
        equal({
          is64,
          bigEndian,
          machine,
          sections: [
            { name: '.symtab', type: 2, data: symbolTable(is64, bigEndian, SYMBOLS), link: 3, entsize: is64 ? 24n : 16n },
            { name: '.rel', type, data: relocationTable(is64, bigEndian, type === 4), link: 1, entsize: 8n },
            { name: '.strtab', type: 3, data: STRINGS },
          ],
        });
  });

  test.each(shapes)('headers and segments, 64 bits $is64, big-endian $bigEndian', ({ is64, bigEndian }) => {
    for (const machine of Object.values(MACHINES))
      for (const type of [0, 1, 2, 3, 0xfe01, 0xff05, 77])
        equal({
          is64,
          bigEndian,
          machine,
          type,
          entry: 0x1234n,
          flags: machine === MACHINES.arm ? 0x5000400 : machine === MACHINES['RISC-V'] ? 5 : 0,
          sections: [
            { name: '.text', type: 1, flags: 6n, data: new Uint8Array(4) },
            { name: '.tbss', type: 8, flags: 0x403n, size: 16n },
          ],
          segments: [{ type: 1, section: '.text', flags: 5 }, { type: 7, section: '.tbss' }, { type: 4 }],
        });
  });

  test('every e_machine below 300', () => {
    for (const machine of from(0, 300).filter((number) => number !== MACHINES.arm))
      if (machine % 7 === 0 || machine < 70) equal({ machine }, ['-hW'], { ...NOTHING, fileHeader: true });
  });

  test('every EI_OSABI', () => {
    for (const osAbi of from(0, 64)) equal({ osAbi }, ['-hSW'], { ...NOTHING, fileHeader: true, sections: true });
  });

  test('section types and flags', () => {
    const types = [
      ...from(0, 24),
      ...from(0x60000000, 3),
      ...from(0x6fffffe0, 32),
      ...from(0x70000000, 8),
      0x7ffffffd,
      0x7fffffff,
      0x80000001,
    ];
    const sections: SectionSpec[] = types.map((type, index) => ({ name: `type${index}`, type }));
    const options = { ...NOTHING, sections: true };
    for (const machine of Object.values(MACHINES)) equal({ machine, sections }, ['-SW'], options);
    const flagged: SectionSpec[] = from(0, 64).map((bit) => ({
      name: `bit${bit}`,
      type: 1,
      flags: 1n << BigInt(bit),
      data: new Uint8Array(24),
    }));
    flagged.push({ name: 'all', type: 1, flags: ~0n & 0xffffffffffffffffn, data: new Uint8Array(24) });
    for (const osAbi of [0, 3, 9]) {
      equal({ osAbi, sections: flagged }, ['-SW'], options);
      equal({ osAbi, sections: flagged }, ['-tW'], { ...NOTHING, sectionDetails: true });
    }
  });

  test('segment types', () => {
    const types = [
      ...from(0, 3),
      ...from(4, 8),
      0x60000000,
      ...from(0x6474e550, 8),
      ...from(0x65a3dbe5, 3),
      ...from(0x70000000, 5),
      0x80000000,
    ];
    const segments = types.map((type) => ({ type }));
    for (const machine of Object.values(MACHINES)) equal({ machine, type: 3, segments }, ['-lW'], { ...NOTHING, segments: true });
  });

  test('dynamic tags and flags', () => {
    const tags = [
      ...from(1, 40),
      ...from(0x6000000d, 3),
      ...from(0x6ffffdf0, 20),
      ...from(0x6ffffef0, 20),
      ...from(0x6fffffef, 18),
      ...from(0x7ffffffb, 6),
    ];
    // These have flags for values.
    const flags = [30, 0x6ffffdf4, 0x6ffffdfc, 0x6ffffdfd, 0x6ffffffb];
    for (const machine of Object.values(MACHINES)) {
      const writer = new ByteWriter();
      for (const tag of tags) writer.native(tag, 0x123);
      for (const tag of flags) for (const value of [0, 0xffffffff, ...from(0, 32).map((bit) => 2 ** bit)]) writer.native(tag, value);
      const data = writer.native(0, 0).done();
      equal(
        { machine, type: 3, sections: [{ name: '.dynamic', type: 6, data, entsize: 16n }], segments: [{ type: 2, section: '.dynamic' }] },
        ['-dW'],
        { ...NOTHING, dynamic: true },
      );
    }
  });

  test.each(Object.entries(MACHINES).filter(([name]) => name !== 'arm'))('relocation types of %s', (_, machine) => {
    const is64 = machine !== MACHINES.i386;
    const writer = new ByteWriter(is64);
    for (const type of from(0, machine === MACHINES.aarch64 ? 1100 : 256)) writer.native(type, type, type - 7);
    equal(
      {
        is64,
        machine,
        sections: [
          { name: '.symtab', type: 2, data: new Uint8Array(is64 ? 24 : 16), link: 3, entsize: is64 ? 24n : 16n },
          { name: '.rela', type: 4, data: writer.done(), link: 1, entsize: is64 ? 24n : 12n },
          { name: '.strtab', type: 3, data: new Uint8Array(1) },
        ],
      },
      ['-rW'],
      { ...NOTHING, relocations: true },
    );
  });

  test('notes of several owners', () => {
    const writer = new ByteWriter();
    for (const [owner, type, desc] of [
      ['GNU', 1, 16],
      ['GNU', 3, 20],
      ['GNU', 5, 16],
      ['GNU', 77, 3],
      ['Go', 4, 9],
      ['XX', 1, 0],
      ['Xen', 99, 4],
      ['stapsdt', 3, 40],
    ] as const) {
      const name = Buffer.from(`${owner}\0`.padEnd(Math.ceil((owner.length + 1) / 4) * 4, '\0'), 'latin1');
      writer.word(owner.length + 1, desc, type);
      for (const byte of name) writer.number(byte, 1);
      for (let at = 0; at < Math.ceil(desc / 4) * 4; at++) writer.number(at % 9 === 0 ? 2 : 0, 1);
    }
    equal({ sections: [{ name: '.note', type: 7, data: writer.done(), align: 4n }] }, ['-nW'], { ...NOTHING, notes: true });
  });
});
