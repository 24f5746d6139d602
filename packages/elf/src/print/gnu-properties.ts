import { ElfMachine } from '@ring3/abi';
import type { ElfFile } from '../elf-file.js';
import { hex } from '../text.js';

/** Bits of a property by name, from bit 0; what remains is `<unknown: …>`. */
function bitNames(bits: number, names: readonly string[]): string {
  if (bits === 0) return '<None>';
  const found: string[] = [];
  for (let bit = 0; bit < 32; bit++) if ((bits >>> bit) & 1) found.push(names[bit] ?? `<unknown: ${hex((1 << bit) >>> 0)}>`);
  return found.join(', ');
}

const X86_FEATURES = ['IBT', 'SHSTK', 'LAM_U48', 'LAM_U57'];
const X86_ISA = ['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'];
const X86_FEATURES_2 = ['x86', 'x87', 'MMX', 'XMM', 'YMM', 'ZMM', 'FXSR', 'XSAVE', 'XSAVEOPT', 'XSAVEC', 'TMM', 'MASK'];

const X86: Readonly<Record<number, readonly [title: string, names: readonly string[]]>> = {
  0xc0000002: ['x86 feature', X86_FEATURES],
  0xc0008001: ['x86 feature needed', X86_FEATURES_2],
  0xc0008002: ['x86 ISA needed', X86_ISA],
  0xc0010001: ['x86 feature used', X86_FEATURES_2],
  0xc0010002: ['x86 ISA used', X86_ISA],
};

const AARCH64_FEATURES = 0xc0000000;
const STACK_SIZE = 1;
const NO_COPY_ON_PROTECTED = 2;
const NEEDED = 0xb0008000;

function processorProperty(machine: number, type: number): readonly [string, readonly string[]] | undefined {
  if (machine === ElfMachine.X86_64 || machine === ElfMachine.I386) return X86[type];
  if (machine === ElfMachine.AArch64 && type === AARCH64_FEATURES) return ['AArch64 feature', ['BTI', 'PAC']];
  return undefined;
}

function propertyText(file: ElfFile, type: number, data: Uint8Array): string {
  const { reader } = file;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const known = processorProperty(file.header.e_machine, type);
  if (known)
    return data.length === 4
      ? `${known[0]}: ${bitNames(view.getUint32(0, reader.littleEndian), known[1])}`
      : `${known[0]}: <corrupt length: 0x${hex(data.length)}>`;
  if (type === STACK_SIZE && data.length === (reader.is64 ? 8 : 4))
    return `stack size: 0x${hex(reader.is64 ? view.getBigUint64(0, reader.littleEndian) : view.getUint32(0, reader.littleEndian))}`;
  if (type === NO_COPY_ON_PROTECTED) return 'no copy on protected ';
  if (type === NEEDED && data.length === 4)
    return `1_needed: ${bitNames(view.getUint32(0, reader.littleEndian), ['indirect external access'])}`;
  const range = type < 0xc0000000 ? '<unknown type' : type < 0xe0000000 ? '<processor-specific type' : '<application-specific type';
  return `${range} 0x${hex(type)} data: ${[...data].map((byte) => `${hex(byte, 2)} `).join('')}>`;
}

/** NT_GNU_PROPERTY_TYPE_0: entries of type, size, data, each padded to 8 bytes (4 in files of 32 bits). */
export function propertiesText(file: ElfFile, desc: Uint8Array): string {
  const { reader } = file;
  const align = reader.is64 ? 8 : 4;
  if (desc.length < 8 || desc.length % align !== 0) return `<corrupt GNU_PROPERTY_TYPE, size = ${prefixed(desc.length)}>`;
  const view = new DataView(desc.buffer, desc.byteOffset, desc.byteLength);
  const parts: string[] = [];
  for (let at = 0; at + 8 <= desc.length;) {
    const [type, size] = [view.getUint32(at, reader.littleEndian), view.getUint32(at + 4, reader.littleEndian)];
    if (at + 8 + size > desc.length) {
      parts.push(`<corrupt type (0x${hex(type)}) datasz: 0x${hex(size)}>`);
      break;
    }
    parts.push(propertyText(file, type, desc.subarray(at + 8, at + 8 + size)));
    at += 8 + Math.ceil(size / align) * align;
  }
  return parts.join(', ');
}

const prefixed = (value: number): string => (value === 0 ? '0' : `0x${hex(value)}`);
