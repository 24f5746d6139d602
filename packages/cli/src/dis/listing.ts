import type { CodeSymbols, ElfFile, Section } from '@ring3/elf';
import type { disassemble } from '@ring3/isa';

export interface ListingLine {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** Intel syntax as objdump -M intel writes it, with '<name+offset>' behind addresses. */
  readonly text: string;
}

export interface Block {
  /** '<main>'; '' where the section has no symbol. */
  readonly label: string;
  readonly address: bigint;
  /** null stands for zeros that are not shown. */
  readonly lines: readonly (ListingLine | null)[];
}

/** Zeros in a row that are not disassembled, and so many at a block's end. */
const SKIPPED_ZEROS = 8;
const SKIPPED_ZEROS_AT_END = 3;

const PREFIXES = /^((?:lock|rep|repz|repnz|cs|ds|es|ss|fs|gs|data16|addr32|bnd|notrack|xacquire|xrelease|rex\S*) )*\S+/;
const BRANCHES = /^(j\w+|call|ret|loop\w*)( |$)/;
const BRANCH = /^(?:(?:bnd|notrack|data16|addr32|cs|ds|es|ss) )*(?:j\w+|call|loop\w*|xbegin) 0x([0-9a-f]+)$/;

const SEGMENTS: Readonly<Record<number, string>> = { 0x26: 'es', 0x2e: 'cs', 0x36: 'ss', 0x3e: 'ds', 0x64: 'fs', 0x65: 'gs' };

/** Prefixes that the instruction does not use are words before it, in the order in which they stand. */
function unusedPrefixes(bytes: Uint8Array, text: string): string {
  const words: string[] = [];
  let end = 0;
  for (; end < bytes.length && (SEGMENTS[bytes[end]!] !== undefined || [0x66, 0x67, 0xf0, 0xf2, 0xf3].includes(bytes[end]!)); end++);
  const prefixes = [...bytes.subarray(0, end)];
  const isWide = (bytes[end]! & 0xf8) === 0x48;
  const lastSize = prefixes.lastIndexOf(0x66);
  const isBranch = BRANCHES.test(text);
  for (const [index, prefix] of prefixes.entries()) {
    const segment = SEGMENTS[prefix];
    if (prefix === 0x66 && (index !== lastSize || (isWide && bytes[end + 1] !== 0x0f) || isBranch)) words.push('data16');
    else if (prefix === 0x3e && /^(jmp|call) (?!0x)/.test(text)) words.push('notrack');
    else if (segment && !text.includes(`${segment}:`)) words.push(segment);
    else if (prefix === 0x67 && !/\[e|^(j[er]cxz|loop)/.test(text)) words.push('addr32');
    else if (prefix === 0xf2 && isBranch) words.push('bnd');
    else if (prefix === 0xf3 && isBranch) words.push('repz');
  }
  return words.map((word) => `${word} `).join('');
}

/** objdump's columns: the mnemonic with its prefixes takes 6 characters at least; a rip-relative address stands behind '#'. */
function layOut(text: string, end: bigint, section: number, symbols: CodeSymbols): string {
  const mnemonic = PREFIXES.exec(text)?.[0] ?? text;
  const operands = text.slice(mnemonic.length + 1);
  if (operands === '') return mnemonic;
  const branch = BRANCH.exec(text);
  if (branch) {
    const target = BigInt(`0x${branch[1]}`);
    return `${mnemonic.padEnd(6)} ${target.toString(16)} ${symbols.describe(target, section)}`.trimEnd();
  }
  const relative = /\[rip([+-])0x([0-9a-f]+)\]/.exec(operands);
  if (!relative) return `${mnemonic.padEnd(6)} ${operands}`;
  const distance = BigInt(`0x${relative[2]}`) * (relative[1] === '-' ? -1n : 1n);
  const target = BigInt.asUintN(64, end + distance);
  const shown = operands.replace(relative[0], `[rip+0x${BigInt.asUintN(64, distance).toString(16)}]`);
  return `${mnemonic.padEnd(6)} ${shown}        # ${target.toString(16)} ${symbols.describe(target, section)}`.trimEnd();
}

/** Where instructions are read: a part of a section between symbols. */
interface Extent {
  readonly section: Section;
  readonly data: Uint8Array;
  /** Address of data[0]. */
  readonly base: bigint;
  /** Bytes in data. */
  readonly start: number;
  readonly stop: number;
}

/** How many zeros at `at` are left out: as objdump, a multiple of 4 unless they go to the end. */
function zerosAt({ data, stop }: Extent, at: number): number {
  let end = at;
  while (end < stop && data[end] === 0) end++;
  const isLong = end - at >= SKIPPED_ZEROS || (end === stop && end > at && end - at < SKIPPED_ZEROS_AT_END);
  if (!isLong) return 0;
  return (end < stop ? end & ~3 : end) - at;
}

/** A nop with an operand-size prefix, which objdump calls by what it exchanges. */
const isWideNop = (bytes: Uint8Array): boolean => bytes.length === 2 && bytes[0] === 0x66 && bytes[1] === 0x90;

/** Bytes of the prefix that begins a vector instruction: VEX of 2 and 3 bytes, EVEX. */
const VECTOR_PREFIXES: Readonly<Record<number, number>> = { 0xc5: 2, 0xc4: 3, 0x62: 4 };

/** Opcodes of the map 0F that have an immediate byte. */
const WITH_IMMEDIATE = [0x70, 0x71, 0x72, 0x73, 0xc2, 0xc4, 0xc5, 0xc6];

/**
 * Bytes of an instruction with VEX or EVEX, which the tables do not have, so that what stands behind it is not taken for its middle
 * (SDM volume 2, section 2.3); 0 for others.
 */
function vectorLength(data: Uint8Array, at: number): number {
  let prefix = at;
  while (data[prefix] === 0x67 || SEGMENTS[data[prefix]!] !== undefined) prefix++;
  const bytes = VECTOR_PREFIXES[data[prefix]!];
  if (bytes === undefined || prefix + bytes + 2 > data.length) return 0;
  const map = bytes === 2 ? 1 : data[prefix + 1]! & (bytes === 3 ? 0x1f : 7);
  const opcode = data[prefix + bytes]!;
  let end = prefix + bytes + 1;
  // vzeroupper, vzeroall
  if (map === 1 && opcode === 0x77) return end - at;
  const modrm = data[end++]!;
  const [mod, rm] = [modrm >> 6, modrm & 7];
  if (mod !== 3) {
    const base = rm === 4 ? data[end++]! & 7 : rm;
    if (mod === 1) end += 1;
    else if (mod === 2 || base === 5) end += 4;
  }
  if (map === 3 || (map === 1 && WITH_IMMEDIATE.includes(opcode))) end += 1;
  return Math.min(end, data.length) - at;
}

const WAIT = 0x9b;

/** The instruction at `at`. Those of the x87 that wait are an fwait and one that does not: objdump shows both as one. */
function decodeWhole(data: Uint8Array, at: number, address: bigint, decode: typeof disassemble): { length: number; text: string } {
  const single = decode(data, at, address);
  if (single.text === '(bad)') return { length: vectorLength(data, at) || single.length, text: single.text };
  if (data[at] !== WAIT || at + 1 >= data.length) return single;
  const next = decode(data, at + 1, address + 1n);
  if (!/^fn(stcw|stsw|init|clex|stenv|save)\b/.test(next.text)) return single;
  return { length: 1 + next.length, text: next.text.replace('fn', 'f') };
}

function linesOf(extent: Extent, symbols: CodeSymbols, decode: typeof disassemble): (ListingLine | null)[] {
  const { section, data, base, start, stop } = extent;
  const lines: (ListingLine | null)[] = [];
  for (let at = start; at < stop;) {
    const zeros = zerosAt(extent, at);
    if (zeros > 0) {
      lines.push(null);
      at += zeros;
      continue;
    }
    const address = base + BigInt(at);
    const { length, text } = decodeWhole(data, at, address, decode);
    const bytes = data.subarray(at, at + length);
    const full = isWideNop(bytes) ? 'xchg ax,ax' : unusedPrefixes(bytes, text) + text;
    lines.push({ address, bytes, text: layOut(full, address + BigInt(length), section.index, symbols) });
    at += length;
  }
  return lines;
}

export interface Range {
  /** Inclusive; null: from the start. */
  readonly from: bigint | null;
  /** Exclusive; null: to the end. */
  readonly to: bigint | null;
}

/** The blocks of a section, one from each symbol to the next, within `range`. */
export function* sectionBlocks(
  file: ElfFile,
  section: Section,
  symbols: CodeSymbols,
  decode: typeof disassemble,
  { from, to }: Range,
): Generator<Block> {
  const data = file.data(section);
  const base = section.sh_addr;
  const offset = (address: bigint): number => Number(address - base);
  const first = from === null ? 0 : Math.max(0, offset(from));
  const last = to === null ? data.length : Math.min(data.length, offset(to));
  const own = symbols.inSection(section);
  const starts = [...new Set([first, ...own.map(({ address }) => offset(address)).filter((at) => at > first)])];
  for (const [index, start] of starts.entries()) {
    const stop = Math.min(last, starts[index + 1] ?? last);
    if (start >= stop) continue;
    const address = base + BigInt(start);
    const exact = own.find((symbol) => symbol.address === address);
    const earlier = own.findLast((symbol) => symbol.address < address);
    const near = exact ?? earlier ?? own[0];
    const distance = near ? address - near.address : 0n;
    const label = near
      ? `<${near.name}${distance === 0n ? '' : distance > 0n ? `+0x${distance.toString(16)}` : `-0x${(-distance).toString(16)}`}>`
      : `<${section.name}>`;
    yield { label, address, lines: linesOf({ section, data, base, start, stop }, symbols, decode) };
  }
}

/** Characters of the address column: so many as the section's end needs, in steps of 4, and one that is blank. */
export function addressWidth({ sh_addr, sh_size }: Section): number {
  const digits = (sh_addr + sh_size).toString(16).length;
  const zeros = 16 - digits;
  return 16 - (zeros > 0 ? (zeros - 1) & ~3 : 0);
}
