import { notesOf } from './notes.js';

const LOAD = 1;
const FILE = 0x46494c45;

/** A PT_LOAD of a core file. */
export interface Segment {
  flags: number;
  vaddr: bigint;
  filesz: bigint;
  memsz: bigint;
}

export function segmentsOf(core: Buffer): Segment[] {
  const at = Number(core.readBigUInt64LE(32));
  const count = core.readUInt16LE(56);
  return Array.from({ length: count }, (_, i) => core.subarray(at + i * 56, at + (i + 1) * 56))
    .filter((header) => header.readUInt32LE(0) === LOAD)
    .map((header) => ({
      flags: header.readUInt32LE(4),
      vaddr: header.readBigUInt64LE(16),
      filesz: header.readBigUInt64LE(32),
      memsz: header.readBigUInt64LE(40),
    }));
}

/** The mappings of files, in a line each, without their addresses. */
export function fileSegments(core: Buffer): string[] {
  const { desc } = notesOf(core).find(({ type }) => type === FILE)!;
  const count = Number(desc.readBigUInt64LE(0));
  const starts = new Set(Array.from({ length: count }, (_, i) => desc.readBigUInt64LE(16 + i * 24)));
  return segmentsOf(core)
    .filter(({ vaddr }) => starts.has(vaddr))
    .map(({ flags, filesz, memsz }) => `flags ${flags} file ${filesz.toString(16)} memory ${memsz.toString(16)}`);
}
