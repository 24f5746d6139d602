import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { addArchive, copyTree, type ImageIndex, TreeBuilder } from '@ring3/image';
import { openImageFolder } from '@ring3/machine/engine';
import { findBaseImage, NO_IMAGE_HINT } from '../base-image.js';
import { CliError, CliStatus, HelpRequested, usageError } from '../cli-error.js';
import { HostFiles, toBytes } from '../pack/host-files.js';
import { ProgramPacker } from '../pack/program.js';
import { ProgressLine } from '../pack/progress-line.js';
import { checkTarget, type PackFormat, writeImage } from '../pack/write-image.js';
import { isImageFolder } from '../root.js';
import { megabytes, parseChoice } from '../units.js';
import type { Command } from './command.js';

const flags = {
  output: { type: 'string', short: 'o' },
  format: { type: 'string', short: 'f' },
  program: { type: 'string', short: 'p', multiple: true },
  add: { type: 'string', multiple: true },
  label: { type: 'string', multiple: true },
  base: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} satisfies ParseArgsConfig['options'];

const FORMATS = ['folder', 'tar', 'tar.gz'] as const;

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError((error as Error).message.split('\n')[0]!.split('. ')[0]!);
  }
}

/** What --format says, or the end of the name. */
function formatOf(format: string | undefined, out: string): PackFormat {
  if (format !== undefined) return parseChoice('--format', format, FORMATS);
  if (/\.(tar\.gz|tgz)$/.test(out)) return 'tar.gz';
  return out.endsWith('.tar') ? 'tar' : 'folder';
}

function labelsOf(words: readonly string[]): Record<string, string> {
  const labels = words.map((word) => {
    const match = /^([^=]+)=(.*)$/s.exec(word);
    if (!match) throw usageError(`--label: '${word}' is not KEY=VALUE`);
    return [match[1]!, match[2]!] as const;
  });
  return Object.fromEntries(labels.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** HOST:GUEST, or HOST at its own absolute path. */
function addOption(text: string): { host: string; guest: string } {
  const match = /^(.+?):(\/.*)$/s.exec(text);
  if (match && !existsSync(text)) return { host: match[1]!, guest: match[2]! };
  return { host: text, guest: resolve(text) };
}

type Packages = ImageIndex['packages'];

/** The tree that is to be packed, layer by layer. */
class Layers {
  readonly tree = new TreeBuilder();
  readonly packages: Packages = [];
  readonly files: HostFiles;
  private count = 0;

  constructor(
    private readonly progress: ProgressLine,
    private readonly out: string,
  ) {
    this.files = new HostFiles(this.tree, () => {
      this.count++;
      progress.show(() => `reading: ${this.count} files`);
    });
  }

  addBase(): void {
    const folder = findBaseImage();
    if (!folder) throw new CliError(CliStatus.Failed, `--base: ${NO_IMAGE_HINT}`);
    this.addImage(folder);
  }

  /** @throws CliError */
  addImage(folder: string): void {
    try {
      const image = openImageFolder(folder);
      copyTree(this.tree, image);
      this.packages.push(...image.index.packages);
    } catch (error) {
      throw new CliError(CliStatus.Failed, `${folder}: ${(error as Error).message}`);
    }
  }

  /** A folder, a packed image, an archive. @throws CliError */
  addInput(path: string): void {
    if (!existsSync(path)) throw new CliError(CliStatus.Failed, `${path}: no such file or directory`);
    const stat = statSync(path);
    if (stat.isDirectory()) {
      if (isImageFolder(path)) this.addImage(path);
      else this.files.addTree(toBytes(resolve(path)), '/', toBytes(resolve(this.out)));
      return;
    }
    this.progress.show(() => `unpacking: ${path}`);
    try {
      const { control } = addArchive(this.tree, readFileSync(path));
      if (control) this.packages.push(this.packageOf(control));
    } catch (error) {
      throw new CliError(CliStatus.Failed, `${path}: neither a folder, a tar archive nor a Debian package (${(error as Error).message})`);
    }
  }

  private packageOf(control: ReadonlyMap<string, string>): Packages[number] {
    const name = control.get('Package') ?? '';
    const copyright = `usr/share/doc/${name}/copyright`;
    const hasCopyright = this.tree.lookup(copyright.split('/')) !== undefined;
    return { name, version: control.get('Version') ?? '', licence: hasCopyright ? copyright : '' };
  }
}

export const packCommand: Command = {
  synopsis: 'pack [OPTION…] (DIR|TAR|DEB…|--program PROGRAM…) -o OUT',
  summary: 'make an image that runs here, in pages and anywhere else',
  help: `Each DIR, TAR (plain, gzip, xz, zstd), DEB or packed image is a layer over those before it; kinds, modes, owners, hard
links and devices of files are kept. Of a DIR, what is mounted below it stays out.

  -o, --output OUT       where the image goes; one that is there is replaced, anything else is not
  -p, --program PROGRAM  a program of this system, by its path or from PATH, with its interpreter and the libraries that it
                         is linked with, at the same places; a script with the programs that it names in #!. One that
                         is outside PATH gets a link in /usr/local/bin. /tmp, /etc/passwd and /etc/group are made
                         where they are missing. What a program opens by itself (plugins, data) needs --add
      --base             the base image below all others
      --add HOST[:GUEST] a file or folder of this system, at GUEST
      --label KEY=VALUE  goes into the index of a folder
  -f, --format FORMAT    folder: index.json and compressed chunks of at most 256 KiB, named by hash, which pages fetch as files
                         are touched, from any static server; tar; tar.gz. Default: what OUT ends in, else folder
      --json             tell what was written as data

The same input gives the same bytes. ring3 run --root OUT runs programs of it, ring3 serve shows it to pages.
`,
  run(args) {
    const { values, positionals } = parse(args);
    if (values.help) throw new HelpRequested();
    const { output: out, program: programs = [], add = [], base = false } = values;
    if (out === undefined) throw usageError('pack: no -o OUT');
    if (positionals.length + programs.length + add.length === 0 && !base) throw usageError('pack: nothing to pack');
    const format = formatOf(values.format, out);
    const labels = labelsOf(values.label ?? []);
    if (format !== 'folder' && Object.keys(labels).length > 0) throw usageError('--label: a tar archive has no place for labels');
    checkTarget(out, format);

    const progress = new ProgressLine();
    try {
      const layers = new Layers(progress, out);
      if (base) layers.addBase();
      for (const path of positionals) layers.addInput(path);
      const packer = new ProgramPacker(layers.files, layers.tree);
      const paths = programs.map((name) => packer.add(name));
      for (const { host, guest } of add.map(addOption)) layers.files.addTree(toBytes(resolve(host)), toBytes(guest), toBytes(resolve(out)));
      if (programs.length > 0) packer.finish();
      const written = writeImage(layers.tree, layers.packages, labels, out, format, progress);
      progress.end();
      for (const note of layers.files.notes) process.stderr.write(`ring3: ${note}\n`);
      const summary = { output: out, format, files: layers.tree.count(), packages: layers.packages, programs: paths, ...written };
      process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : text(summary));
    } finally {
      progress.end();
    }
    return Promise.resolve(0);
  },
};

interface Summary {
  output: string;
  files: number;
  packages: Packages;
  programs: string[];
  bytes: number;
  writtenBytes: number;
  chunks?: number;
}

function text({ output, files, packages, programs, bytes, writtenBytes, chunks }: Summary): string {
  const parts = [
    `${files} files`,
    ...(packages.length > 0 ? [`${packages.length} Debian packages`] : []),
    `${megabytes(bytes)}${chunks === undefined ? '' : ` in ${chunks} chunks`}`,
    `${megabytes(writtenBytes)} written`,
  ];
  const runs = programs.map((path) => `  ring3 run --root ${output} ${path}\n`);
  return `${output}: ${parts.join(', ')}\n${runs.join('')}`;
}
