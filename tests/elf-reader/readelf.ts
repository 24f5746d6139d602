import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DumpOptions, parseElf, printElf } from '@ring3/elf';

export const hasTool = (name: string): boolean => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;

/** The judge: what readelf prints on stdout, one character a byte. */
export function readelf(args: readonly string[], path: string): string {
  const { stdout } = spawnSync('readelf', [...args, path], {
    env: { ...process.env, LC_ALL: 'C' },
    encoding: 'latin1',
    maxBuffer: 1 << 29,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return stdout;
}

export function readelfOf(args: readonly string[], bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'ring3-elf-'));
  try {
    const path = join(folder, 'file');
    writeFileSync(path, bytes);
    return readelf(args, path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const NOTHING: DumpOptions = {
  fileHeader: false,
  segments: false,
  sections: false,
  sectionDetails: false,
  groups: false,
  symbols: false,
  dynamicSymbols: false,
  useDynamic: false,
  relocations: false,
  dynamic: false,
  versions: false,
  notes: false,
  unwind: false,
  histogram: false,
  hexDumps: [],
  stringDumps: [],
};

/** -a */
export const ALL: DumpOptions = {
  ...NOTHING,
  fileHeader: true,
  segments: true,
  sections: true,
  groups: true,
  symbols: true,
  dynamicSymbols: true,
  relocations: true,
  dynamic: true,
  versions: true,
  notes: true,
  unwind: true,
  histogram: true,
};

/** Ours. */
export function printed(bytes: Uint8Array, options: DumpOptions, warnings: string[] = []): string {
  const parts: string[] = [];
  printElf(parseElf(bytes), options, { write: (text) => parts.push(text), warn: (text) => warnings.push(text) });
  return parts.join('');
}
