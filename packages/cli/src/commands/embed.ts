import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gzipPieces, tarBlocks } from '@ring3/image';
import { CliError, CliStatus, usageError } from '../cli-error.js';
import { pageFiles } from '../embed/bundle-files.js';
import { elementHtml, pageHtml, type PageProgram, standaloneHtml } from '../embed/page.js';
import { packForPage } from '../embed/pack-for-page.js';
import { ProgressLine } from '../pack/progress-line.js';
import { writeImage } from '../pack/write-image.js';
import { parseWithRun, type RunOptions } from '../run-options.js';
import { megabytes } from '../units.js';
import type { Command } from './command.js';

const flags = {
  output: { type: 'string', short: 'o' },
  standalone: { type: 'boolean' },
  title: { type: 'string' },
  terminal: { type: 'boolean' },
  autorun: { type: 'boolean' },
  script: { type: 'string' },
  base: { type: 'boolean' },
  add: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

/** Where the page's files lie below DIR. */
const SCRIPTS = 'ring3';
const IMAGE = 'image';

export const embedCommand: Command = {
  synopsis: 'embed [OPTION…] PROGRAM [ARG…]',
  summary: 'make a page that runs a program',
  help: `Without -o and --standalone the HTML is printed: one script tag and one element, for a page of your own. What it needs
beside it, -o writes.

  -o, --output DIR     write the page (index.html), ring3.js with what it loads, and the program with its libraries, ready
                       for any static server; with --standalone: the name of the one file
      --standalone     one HTML file with everything in it, which runs from a double click
      --title TEXT     of the page (default: the program's name)
      --terminal       the program has a terminal
      --autorun        it starts with the page
      --script URL     where the page loads ring3.js from, instead of its own copy
      --base           the base image below the program
      --add HOST[:GUEST]   a file or folder of this system, at GUEST
      --json           tell what was written as data

PROGRAM is a program of this system, by its path or from PATH (with --base also one of the base image). These options of run become
attributes of the element: -e, -w, -m, --timeout, --max-insns, --aslr, --jit, --layout, --seed, --clock, -0.
`,
  run(args) {
    const { run, values } = parseWithRun(args, flags);
    if (run.program === null) throw usageError('embed: no program to run');
    refuseOthers(run);
    const { output: out, standalone = false, script } = values;
    if (standalone && script !== undefined) throw usageError('--script: a standalone page loads none');
    if (out !== undefined && !standalone) checkFolder(out);

    const progress = new ProgressLine();
    try {
      const packed = packForPage(run.program, { base: values.base ?? false, add: values.add ?? [] }, progress);
      const page: PageProgram = {
        title: values.title ?? basename(run.program),
        program: packed.program,
        argv: [run.argv0 ?? nameOf(run.program, packed), ...run.args],
        env: run.env.map(variable),
        terminal: values.terminal ?? run.tty,
        attributes: attributesOf(run, values.autorun ?? false),
      };
      const done = standalone
        ? writeStandalone(page, Buffer.concat([...gzipPieces(tarBlocks(packed.tree))]), out)
        : writeSite(page, packed, out, script, progress);
      progress.end();
      for (const note of packed.notes) process.stderr.write(`ring3: ${note}\n`);
      if (done && values.json) process.stdout.write(`${JSON.stringify({ ...done, program: page.program })}\n`);
      else if (done)
        process.stdout.write(`${done.page}: ${megabytes(done.writtenBytes)} in ${done.files} file${done.files === 1 ? '' : 's'}\n`);
    } finally {
      progress.end();
    }
    return Promise.resolve(0);
  },
};

/** argv[0] as a shell would have it; no path of this system where the page has the program elsewhere. */
function nameOf(name: string, { plain, program }: Packed): string {
  if (plain) return basename(name);
  return name.includes('/') ? program : name;
}

interface Done {
  page: string;
  files: number;
  writtenBytes: number;
}

/** Options of run that a page has no place for. */
function refuseOthers(run: RunOptions): void {
  const unusable: [string, boolean][] = [
    ['--root', run.root !== null],
    ['-v (use --add)', run.mounts.length > 0],
    ['-u', run.uid !== 0 || run.gid !== 0],
    ['--ulimit', run.rlimits.length > 0],
    ['--env-host', run.envHost],
    ['--paging', run.paging !== 'demand'],
    ['--stats', run.stats !== null],
    ['--strace', run.strace],
  ];
  for (const [name, used] of unusable) if (used) throw usageError(`embed: a page has no ${name}`);
}

function attributesOf(run: RunOptions, autorun: boolean): Record<string, string> {
  return {
    ...(run.cwd === null ? {} : { cwd: run.cwd }),
    ...(run.memory === null ? {} : { memory: String(run.memory) }),
    ...(run.timeout === null ? {} : { 'wall-time': `${run.timeout}ms` }),
    ...(run.maxInsns === null ? {} : { instructions: String(run.maxInsns) }),
    ...(run.aslr ? { aslr: 'on' } : {}),
    ...(run.jit ? {} : { jit: 'off' }),
    ...(run.layout === 'linux' ? { layout: 'linux' } : {}),
    ...(run.seed === null ? {} : { seed: String(run.seed) }),
    ...(run.clock === 'virtual' ? { clock: 'virtual' } : {}),
    ...(autorun ? { autorun: '' } : {}),
  };
}

/** NAME=VALUE; NAME alone takes this process's. @throws CliError it has none */
function variable(item: string): string {
  if (item.includes('=')) return item;
  const value = process.env[item];
  if (value === undefined) throw usageError(`-e ${item}: is not set here`);
  return `${item}=${value}`;
}

function writeStandalone(page: PageProgram, root: Uint8Array, out: string | undefined): Done | null {
  const html = standaloneHtml(page, root);
  if (out === undefined) {
    process.stdout.write(html);
    return null;
  }
  attempt(out, () => writeFileSync(out, html));
  return { page: out, files: 1, writtenBytes: Buffer.byteLength(html) };
}

type Packed = ReturnType<typeof packForPage>;

function writeSite(
  page: PageProgram,
  packed: Packed,
  out: string | undefined,
  script: string | undefined,
  progress: ProgressLine,
): Done | null {
  const where: Record<string, string> = packed.plain ? { src: basename(packed.plain) } : { root: `${IMAGE}/`, program: page.program };
  const html = pageHtml(page.title, elementHtml(page, where), script ?? `${SCRIPTS}/ring3.js`);
  if (out === undefined) {
    progress.end();
    process.stdout.write(html);
    process.stderr.write(
      `ring3: embed -o DIR writes what this page loads: ${script === undefined ? `${SCRIPTS}/, ` : ''}${Object.values(where)[0]}\n`,
    );
    return null;
  }
  let files = 1;
  let writtenBytes = Buffer.byteLength(html);
  attempt(out, () => {
    mkdirSync(script === undefined ? join(out, SCRIPTS) : out, { recursive: true });
    for (const { name, path } of script === undefined ? pageFiles() : []) {
      copyFileSync(path, join(out, SCRIPTS, name));
      writtenBytes += lstatSync(path).size;
      files++;
    }
    if (packed.plain) {
      copyFileSync(packed.plain, join(out, basename(packed.plain)));
      writtenBytes += lstatSync(packed.plain).size;
      files++;
    }
  });
  if (!packed.plain) {
    const written = writeImage(packed.tree, packed.packages, {}, join(out, IMAGE), 'folder', progress);
    writtenBytes += written.writtenBytes;
    files += 1 + (written.chunks ?? 0);
  }
  // Last: a page that is there is whole.
  attempt(out, () => writeFileSync(join(out, 'index.html'), html));
  return { page: join(out, 'index.html'), files, writtenBytes };
}

/** A folder that is not there, empty, or of this command. @throws CliError */
function checkFolder(out: string): void {
  if (!existsSync(out)) return;
  if (!lstatSync(out).isDirectory()) throw new CliError(CliStatus.Failed, `-o ${out}: is there, and no folder`);
  const names = readdirSync(out);
  if (names.length > 0 && !names.includes('index.html'))
    throw new CliError(CliStatus.Failed, `-o ${resolve(out)}: is there, and no page that embed has written`);
}

function attempt(out: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CliError(CliStatus.Failed, `-o ${out}: cannot be written (${code})`);
  }
}
