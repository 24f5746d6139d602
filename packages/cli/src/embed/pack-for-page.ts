import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { linkingOf, parseElf } from '@ring3/elf';
import { copyTree, type ImageIndex, TreeBuilder } from '@ring3/image';
import { openImageFolder } from '@ring3/machine/engine';
import { findBaseImage, NO_IMAGE_HINT } from '../base-image.js';
import { CliError, CliStatus } from '../cli-error.js';
import { HostFiles, toBytes } from '../pack/host-files.js';
import { ProgramPacker } from '../pack/program.js';
import type { ProgressLine } from '../pack/progress-line.js';

export interface PackedForPage {
  /** The program's path in the guest. */
  program: string;
  /** Path of a static program of this system that needs nothing beside it: the page can fetch it as it is. */
  plain: string | null;
  tree: TreeBuilder;
  packages: ImageIndex['packages'];
  /** What was left out, one line each. */
  notes: string[];
}

/** The root file system of a page for one program. @throws CliError */
export function packForPage(name: string, { base, add }: { base: boolean; add: readonly string[] }, progress: ProgressLine): PackedForPage {
  const tree = new TreeBuilder();
  const packages: ImageIndex['packages'] = [];
  if (base) packages.push(...addBase(tree));
  let count = 0;
  const files = new HostFiles(tree, () => progress.show(() => `reading: ${++count} files`));
  const inBase = base ? findInTree(tree, name) : null;
  const packer = new ProgramPacker(files, tree);
  const program = inBase ?? packer.add(name);
  for (const text of add) {
    const { host, guest } = addOption(text);
    files.addTree(toBytes(resolve(host)), toBytes(guest));
  }
  packer.finish();
  const alone = !base && add.length === 0 && isStatic(program);
  return { program, plain: alone ? program : null, tree, packages, notes: files.notes };
}

function addBase(tree: TreeBuilder): ImageIndex['packages'] {
  const folder = findBaseImage();
  if (!folder) throw new CliError(CliStatus.Failed, `--base: ${NO_IMAGE_HINT}`);
  const image = openImageFolder(folder);
  copyTree(tree, image);
  return image.index.packages;
}

/** A program of the base image, by its path or name; null: it has none. */
function findInTree(tree: TreeBuilder, name: string): string | null {
  const paths = name.includes('/') ? [name] : ['usr/local/bin', 'usr/bin', 'usr/sbin', 'bin', 'sbin'].map((folder) => `/${folder}/${name}`);
  return paths.find((path) => path.startsWith('/') && tree.lookup(toBytes(path).split('/').filter(Boolean)) !== undefined) ?? null;
}

/** HOST:GUEST, or HOST at its own absolute path. */
function addOption(text: string): { host: string; guest: string } {
  const match = /^(.+?):(\/.*)$/s.exec(text);
  return match && !existsSync(text) ? { host: match[1]!, guest: match[2]! } : { host: text, guest: resolve(text) };
}

/** An ELF file without an interpreter and without libraries. The packer has read it already. */
function isStatic(path: string): boolean {
  const magic = Buffer.alloc(4);
  const fd = openSync(path, 'r');
  readSync(fd, magic, 0, 4, 0);
  closeSync(fd);
  if (magic.toString('latin1') !== '\x7fELF') return false;
  const { interpreter, needed } = linkingOf(parseElf(readFileSync(path)));
  return interpreter === null && needed.length === 0;
}
