import { Auxv } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mm } from '../mm/mm.js';
import { peekUser } from '../mm/peek.js';
import { vmaAt } from '../mm/vma.js';
import { auxvEntries } from './auxv.js';

/** A piece of the initial stack, from `address` on. Texts are byte strings. */
export interface StackItem {
  address: number;
  bytes: number;
  kind: 'argc' | 'argv' | 'envp' | 'auxv' | 'string' | 'platform' | 'random' | 'filename' | 'end' | 'padding';
  /** 'argc', 'argv[0]', 'envp[3]', 'AT_PHDR' …; of strings what points to them. */
  label: string;
  /** Words: the value, hexadecimal without leading zeros. Of the auxiliary vector the second word. */
  value: string | null;
  /** What it points to or holds, as text; of 'random' and 'padding' hexadecimal digits. */
  text: string | null;
  /** What it says, of the auxiliary vector. */
  meaning: string | null;
}

export interface InitialStackView {
  /** rsp at the program's first instruction. */
  start: number;
  /** End of the mapping. */
  end: number;
  argc: number;
  envc: number;
  /** In rising order, without gaps from start to end. */
  items: StackItem[];
}

const WORD = 8;
const PLATFORM_MAX = 65;

/**
 * The stack as execve laid it (fs/binfmt_elf.c: create_elf_tables, fs/exec.c: copy_strings), of a program that stands at its first
 * instruction; later the program may have written over it. null: no such stack is there.
 *
 *   start │ argc │ argv … 0 │ envp … 0 │ auxv … AT_NULL │ … random, platform … │ strings of argv, envp │ file name │ 0 │ end
 */
export function inspectInitialStack(k: Kernel, mm: Mm): InitialStackView | null {
  const vma = vmaAt(mm, mm.startStack);
  if (!vma) return null;
  const { startStack: start } = mm;
  const reader = new StackReader(peekUser(k, mm, start, vma.end - start), start);
  const items: StackItem[] = [];
  const { argc, envc } = readVectors(reader, items);
  const named = (kind: StackItem['kind'], address: number, bytes: number, text: string, label: string): void => {
    items.push({ address, bytes, kind, label, value: null, text, meaning: null });
  };
  for (const { kind, label, value } of items.slice()) {
    const at = Number(`0x${value}`);
    if ((kind === 'argv' || kind === 'envp') && at >= start && at < vma.end) {
      const text = reader.string(at);
      named('string', at, text.length + 1, text, label);
    } else if (label === auxvEntries[Auxv.Random]![0]) named('random', at, 16, reader.hex(at, 16), label);
    else if (label === auxvEntries[Auxv.Platform]![0]) named('platform', at, reader.string(at).length + 1, reader.string(at), label);
    else if (label === auxvEntries[Auxv.ExecFn]![0]) named('filename', at, reader.string(at).length + 1, reader.string(at), label);
  }
  items.push({
    address: vma.end - WORD,
    bytes: WORD,
    kind: 'end',
    label: 'end marker',
    value: reader.word(vma.end - WORD),
    text: null,
    meaning: null,
  });
  return { start, end: vma.end, argc, envc, items: withPadding(reader, items, start) };
}

/** argc and the three vectors above it. */
function readVectors(reader: StackReader, items: StackItem[]): { argc: number; envc: number } {
  let at = reader.start;
  const word = (kind: StackItem['kind'], label: string, text: string | null = null): string => {
    const value = reader.word(at);
    items.push({ address: at, bytes: WORD, kind, label, value, text, meaning: null });
    at += WORD;
    return value;
  };
  const argc = Number(`0x${word('argc', 'argc')}`);
  const vector = (kind: 'argv' | 'envp'): number => {
    for (let i = 0; reader.has(at); i++) {
      const pointer = Number(`0x${reader.word(at)}`);
      word(kind, pointer === 0 ? `${kind}[${i}], the end` : `${kind}[${i}]`, pointer === 0 ? null : reader.string(pointer));
      if (pointer === 0) return i;
    }
    return 0;
  };
  vector('argv');
  const envc = vector('envp');
  while (reader.has(at)) {
    const type = Number(`0x${reader.word(at)}`);
    const value = reader.word(at + WORD);
    const [label, meaning, notation] = auxvEntries[type] ?? [`type ${type}`, '', 'hex'];
    const pointer = Number(`0x${value}`);
    const text =
      notation === 'decimal'
        ? String(pointer)
        : notation === 'text'
          ? reader.string(pointer)
          : notation === 'bytes'
            ? reader.hex(pointer, 16)
            : null;
    items.push({ address: at, bytes: 2 * WORD, kind: 'auxv', label, value, text, meaning });
    at += 2 * WORD;
    if (type === Auxv.Null) break;
  }
  return { argc, envc };
}

/** In rising order, what lies between as padding; a string that two pointers share comes once. */
function withPadding(reader: StackReader, items: StackItem[], start: number): StackItem[] {
  const result: StackItem[] = [];
  let end = start;
  for (const item of items.toSorted((a, b) => a.address - b.address)) {
    if (item.address < end) continue;
    const gap = item.address - end;
    if (gap > 0)
      result.push({ address: end, bytes: gap, kind: 'padding', label: 'padding', value: null, text: reader.hex(end, gap), meaning: null });
    result.push(item);
    end = item.address + item.bytes;
  }
  return result;
}

class StackReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    readonly start: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  has(address: number): boolean {
    return address >= this.start && address - this.start + WORD <= this.bytes.length;
  }

  word(address: number): string {
    return this.has(address) ? this.view.getBigUint64(address - this.start, true).toString(16) : '0';
  }

  string(address: number): string {
    const from = address - this.start;
    if (from < 0 || from >= this.bytes.length) return '';
    const end = this.bytes.indexOf(0, from);
    let text = '';
    for (const byte of this.bytes.subarray(from, end < 0 ? from + PLATFORM_MAX : end)) text += String.fromCharCode(byte);
    return text;
  }

  hex(address: number, length: number): string {
    const from = Math.max(0, address - this.start);
    return Array.from(this.bytes.subarray(from, from + length), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
