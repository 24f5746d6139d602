import { Ehdr, Phdr } from '@ring3/abi';

export interface Patch {
  offset: number;
  bytes: Uint8Array;
}

/** One damaged file: what is written over the image, and where it is cut off. */
export interface Mutation {
  name: string;
  patches: Patch[];
  size?: number;
}

type Field = readonly [name: string, offset: number, bytes: 1 | 2 | 4 | 8];

const EHDR_FIELDS: readonly Field[] = [
  ['EI_MAG0', 0, 1],
  ['EI_MAG1', 1, 1],
  ['EI_MAG2', 2, 1],
  ['EI_MAG3', 3, 1],
  ['EI_CLASS', 4, 1],
  ['EI_DATA', 5, 1],
  ['EI_VERSION', 6, 1],
  ['EI_OSABI', 7, 1],
  ['EI_ABIVERSION', 8, 1],
  ['e_type', Ehdr.Type, 2],
  ['e_machine', Ehdr.Machine, 2],
  ['e_version', Ehdr.Version, 4],
  ['e_entry', Ehdr.Entry, 8],
  ['e_phoff', Ehdr.PhOff, 8],
  ['e_shoff', Ehdr.ShOff, 8],
  ['e_flags', Ehdr.Flags, 4],
  ['e_ehsize', Ehdr.EhSize, 2],
  ['e_phentsize', Ehdr.PhEntSize, 2],
  ['e_phnum', Ehdr.PhNum, 2],
  ['e_shentsize', Ehdr.ShEntSize, 2],
  ['e_shnum', Ehdr.ShNum, 2],
  ['e_shstrndx', Ehdr.ShStrNdx, 2],
];

const PHDR_FIELDS: readonly Field[] = [
  ['p_type', Phdr.Type, 4],
  ['p_flags', Phdr.Flags, 4],
  ['p_offset', Phdr.Offset, 8],
  ['p_vaddr', Phdr.Vaddr, 8],
  ['p_paddr', Phdr.Paddr, 8],
  ['p_filesz', Phdr.FileSz, 8],
  ['p_memsz', Phdr.MemSz, 8],
  ['p_align', Phdr.Align, 8],
];

const PAGE = 4096n;
const TASK_SIZE = 0x7fff_ffff_f000n;

/** Values that deserve a try in a field that holds `value`. */
function valuesFor(name: string, value: bigint, bytes: number): bigint[] {
  const bits = BigInt(bytes * 8);
  const all = (1n << bits) - 1n;
  const values = [0n, 1n, 2n, 3n, 4n, 7n, all, all - 1n, 1n << (bits - 1n), (1n << (bits - 1n)) - 1n];
  for (const by of [1n, 2n, 8n, 0x10n, 0x100n]) values.push(value + by, value - by);
  for (let bit = 0n; bit < bits; bit += bytes === 8 ? 3n : 1n) values.push(value ^ (1n << bit));
  if (bytes >= 2) for (const by of [PAGE, PAGE - 1n, PAGE + 1n, 2n * PAGE, 16n * PAGE]) values.push(by, value + by, value - by);
  if (bytes === 8) {
    values.push(TASK_SIZE, TASK_SIZE - 1n, TASK_SIZE - PAGE, TASK_SIZE + PAGE, TASK_SIZE - value, 1n << 47n, -PAGE, -PAGE + 1n);
    values.push(value + (1n << 32n), value + (1n << 48n), 0xffff_8000_0000_0000n, 1n << 62n, 0xffffn, 0x1_0000n, 0x1000_0000n);
  }
  if (name === 'e_phnum') values.push(5n, 6n, 72n, 73n, 74n, 1170n, 1171n, 1172n);
  if (name === 'e_phentsize') values.push(32n, 40n, 64n, 112n);
  // 3 is i386, 62 this machine, 183 AArch64.
  if (name === 'e_machine') values.push(3n, 6n, 40n, 183n, 243n);
  if (name === 'p_type') values.push(5n, 6n, 8n, 0x6474_e550n, 0x6474_e551n, 0x6474_e552n, 0x6474_e553n, 0x7000_0000n);
  return [...new Set(values.map((each) => each & all))].filter((each) => each !== value);
}

function read(image: Buffer, offset: number, bytes: number): bigint {
  let value = 0n;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(image[offset + i]!);
  return value;
}

function patch(offset: number, bytes: number, value: bigint): Patch {
  return { offset, bytes: Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)) };
}

function* fieldMutations(image: Buffer, prefix: string, at: number, fields: readonly Field[]): Generator<Mutation> {
  for (const [name, offset, bytes] of fields) {
    const value = read(image, at + offset, bytes);
    for (const other of valuesFor(name, value, bytes)) {
      yield { name: `${prefix}${name} = 0x${other.toString(16)}`, patches: [patch(at + offset, bytes, other)] };
    }
  }
}

/** Several fields of one program header at a time: what would be refused for one reason alone gets further. */
function* segmentMutations(image: Buffer, prefix: string, at: number): Generator<Mutation> {
  const old = (field: number): bigint => read(image, at + field, 8);
  const both = (name: string, fields: readonly (readonly [field: number, value: bigint])[]): Mutation => ({
    name: `${prefix}${name}`,
    patches: fields.map(([field, value]) => patch(at + field, 8, value & 0xffff_ffff_ffff_ffffn)),
  });
  const size = [
    0n,
    1n,
    0xfffn,
    0x1000n,
    0x1001n,
    0x8000n,
    0x10_0000n,
    0x1000_0000n,
    TASK_SIZE,
    TASK_SIZE + 1n,
    1n << 63n,
    (1n << 64n) - 1n,
  ];
  for (const value of size) {
    yield both(`p_filesz = p_memsz = 0x${value.toString(16)}`, [
      [Phdr.FileSz, value],
      [Phdr.MemSz, value],
    ]);
    yield both(`p_filesz = 0, p_memsz = 0x${value.toString(16)}`, [
      [Phdr.FileSz, 0n],
      [Phdr.MemSz, value],
    ]);
  }
  for (const by of [
    1n,
    8n,
    0x100n,
    0xf00n,
    PAGE,
    -PAGE,
    2n * PAGE,
    -2n * PAGE,
    3n * PAGE,
    1n << 20n,
    1n << 33n,
    1n << 46n,
    -1n,
    TASK_SIZE,
  ]) {
    yield both(`p_offset and p_vaddr + ${by}`, [
      [Phdr.Offset, old(Phdr.Offset) + by],
      [Phdr.Vaddr, old(Phdr.Vaddr) + by],
    ]);
    yield both(`p_vaddr + ${by}, p_filesz = 0`, [
      [Phdr.Vaddr, old(Phdr.Vaddr) + by],
      [Phdr.FileSz, 0n],
    ]);
  }
}

/** Program headers exchanged, repeated, or taken away. */
function* orderMutations(image: Buffer, count: number): Generator<Mutation> {
  const header = (i: number): Uint8Array => Uint8Array.from(image.subarray(Ehdr.Bytes + i * Phdr.Bytes, Ehdr.Bytes + (i + 1) * Phdr.Bytes));
  const put = (i: number, bytes: Uint8Array): Patch => ({ offset: Ehdr.Bytes + i * Phdr.Bytes, bytes });
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (i < j) yield { name: `program headers ${i} and ${j} exchanged`, patches: [put(i, header(j)), put(j, header(i))] };
      if (i !== j) yield { name: `program header ${i} is a copy of ${j}`, patches: [put(i, header(j))] };
    }
    yield { name: `program header ${i} is zero`, patches: [put(i, new Uint8Array(Phdr.Bytes))] };
  }
}

/** xorshift32 */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function* randomMutations(image: Buffer, end: number, count: number, seed: number): Generator<Mutation> {
  const random = generator(seed);
  for (let n = 0; n < count; n++) {
    const patches: Patch[] = [];
    for (let left = 1 + random(4); left > 0; left--) {
      // Past the magic number: before it nothing is to be learned.
      const offset = 4 + random(end - 4);
      const value = random(3) === 0 ? image[offset]! ^ (1 << random(8)) : random(256);
      patches.push({ offset, bytes: Uint8Array.of(value) });
    }
    yield { name: `random ${n}: ${patches.map(({ offset, bytes }) => `[0x${offset.toString(16)}] = ${bytes[0]}`).join(', ')}`, patches };
  }
}

/** Every mutation of an image, always in the same order. `random`: how many are made by chance, and their seed. */
export function mutationsOf(image: Buffer, random: { count: number; seed: number }): Mutation[] {
  const count = image.readUInt16LE(Ehdr.PhNum);
  const end = Ehdr.Bytes + count * Phdr.Bytes;
  const mutations: Mutation[] = [{ name: 'unchanged', patches: [] }, ...fieldMutations(image, '', 0, EHDR_FIELDS)];
  for (let i = 0; i < count; i++) {
    const at = Ehdr.Bytes + i * Phdr.Bytes;
    mutations.push(...fieldMutations(image, `[${i}] `, at, PHDR_FIELDS), ...segmentMutations(image, `[${i}] `, at));
  }
  mutations.push(...orderMutations(image, count), ...randomMutations(image, end, random.count, random.seed));
  for (const size of [0, 1, 3, 4, 16, 63, 64, 65, end - Phdr.Bytes, end - 1, end, end + 1, 0x300, 0x1000, 0x1050, 0x2000, 0x2050, 0x2100]) {
    if (size < image.length) mutations.push({ name: `cut at 0x${size.toString(16)}`, patches: [], size });
  }
  return mutations;
}

/** The form that replay.c reads. */
export function packed(mutations: readonly Mutation[]): Buffer {
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  return Buffer.concat(
    mutations.flatMap(({ patches, size }) => [
      word(size ?? 0xffff_ffff),
      word(patches.length),
      ...patches.flatMap(({ offset, bytes }) => [word(offset), word(bytes.length), bytes]),
    ]),
  );
}
