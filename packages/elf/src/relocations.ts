import { Sht } from '@ring3/abi';
import type { ElfFile, Section } from './elf-file.js';
import { REL, RELA } from './structures.js';

export interface Relocation {
  /** Bytes from the start of the file. */
  readonly at: number;
  /** An address; in ET_REL an offset in the section that is relocated. */
  readonly offset: bigint;
  readonly info: bigint;
  readonly symbol: number;
  readonly type: number;
  /** null in tables without addends: it stands where the relocation goes. */
  readonly addend: bigint | null;
}

/** The entries of a REL or RELA section, as far as the file has them. */
export function relocations(file: ElfFile, section: Section): Relocation[] {
  const { reader } = file;
  const isRela = section.sh_type === Sht.Rela;
  const layout = isRela ? RELA : REL;
  const size = layout.size(reader);
  const start = Number(section.sh_offset);
  return Array.from({ length: Math.floor(file.data(section).length / size) }, (_, index) => {
    const at = start + index * size;
    const { r_offset, r_info } = REL.read(reader, at);
    return {
      at,
      offset: r_offset,
      info: r_info,
      symbol: Number(reader.is64 ? r_info >> 32n : r_info >> 8n),
      type: Number(reader.is64 ? r_info & 0xffffffffn : r_info & 0xffn),
      addend: isRela ? RELA.read(reader, at).r_addend : null,
    };
  });
}

/**
 * The addresses that a RELR section packs. An even word is an address; an odd one has a bit for each of the next words (63 or 31).
 */
export function* relrAddresses({ reader }: ElfFile, data: Uint8Array): Generator<bigint> {
  const bytes = reader.is64 ? 8 : 4;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let next = 0n;
  for (let at = 0; at + bytes <= data.length; at += bytes) {
    const word = reader.is64 ? view.getBigUint64(at, reader.littleEndian) : BigInt(view.getUint32(at, reader.littleEndian));
    if ((word & 1n) === 0n) {
      yield word;
      next = word + BigInt(bytes);
      continue;
    }
    for (let bit = 1; bit < 8 * bytes; bit++) if ((word >> BigInt(bit)) & 1n) yield next + BigInt((bit - 1) * bytes);
    next += BigInt((8 * bytes - 1) * bytes);
  }
}
