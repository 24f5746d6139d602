import { ElfMachine, Shn, Stb, Stt, Stv } from '@ring3/abi';
import { hex } from '../text.js';

const TYPES: Readonly<Record<number, string>> = {
  [Stt.NoType]: 'NOTYPE',
  [Stt.Object]: 'OBJECT',
  [Stt.Func]: 'FUNC',
  [Stt.Section]: 'SECTION',
  [Stt.File]: 'FILE',
  [Stt.Common]: 'COMMON',
  [Stt.Tls]: 'TLS',
  8: 'RELC',
  9: 'SRELC',
};

const BINDINGS: Readonly<Record<number, string>> = { [Stb.Local]: 'LOCAL', [Stb.Global]: 'GLOBAL', [Stb.Weak]: 'WEAK' };

export const VISIBILITIES: Readonly<Record<number, string>> = {
  [Stv.Default]: 'DEFAULT',
  [Stv.Internal]: 'INTERNAL',
  [Stv.Hidden]: 'HIDDEN',
  [Stv.Protected]: 'PROTECTED',
};

/** EI_OSABI of GNU and FreeBSD, in which the GNU extensions mean what they say. */
const GNU = 3;
const FREEBSD = 9;

export function symbolTypeName(type: number, osAbi: number): string {
  if (type === Stt.GnuIfunc && (osAbi === GNU || osAbi === FREEBSD)) return 'IFUNC';
  if (type >= 13) return `<processor specific>: ${type}`;
  if (type >= 10) return `<OS specific>: ${type}`;
  return TYPES[type] ?? `<unknown>: ${type}`;
}

export function symbolBindingName(binding: number, osAbi: number): string {
  if (binding === Stb.GnuUnique && osAbi === GNU) return 'UNIQUE';
  if (binding >= 13) return `<processor specific>: ${binding}`;
  if (binding >= 10) return `<OS specific>: ${binding}`;
  return BINDINGS[binding] ?? `<unknown>: ${binding}`;
}

/** A section index of a symbol. @param sectionCount 0 when the file has none */
export function sectionIndexName(index: number, machine: number, sectionCount: number, extended: boolean): string {
  if (!extended) {
    if (index === Shn.Undef) return 'UND';
    if (index === Shn.Abs) return 'ABS';
    if (index === Shn.Common) return 'COM';
    if (index === 0xff02 && machine === ElfMachine.X86_64) return 'LARGE_COM';
    if (index >= Shn.LoReserve && index <= 0xff1f) return `PRC[0x${hex(index, 4)}]`;
    if (index >= 0xff20 && index <= 0xff3f) return `OS [0x${hex(index, 4)}]`;
    if (index >= Shn.LoReserve) return `RSV[0x${hex(index, 4)}]`;
  }
  if (sectionCount !== 0 && index >= sectionCount) return `bad section index[${String(index).padStart(3)}]`;
  return String(index).padStart(3);
}
