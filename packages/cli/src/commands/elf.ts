import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type DumpOptions, ElfError, elfJson, parseElf, printElf } from '@ring3/elf';
import { CliError, HelpRequested, usageError } from '../cli-error.js';
import { readGivenFile } from '../read-file.js';
import type { Command } from './command.js';

const flags = {
  all: { type: 'boolean', short: 'a' },
  'file-header': { type: 'boolean', short: 'h' },
  'program-headers': { type: 'boolean', short: 'l' },
  segments: { type: 'boolean' },
  'section-headers': { type: 'boolean', short: 'S' },
  sections: { type: 'boolean' },
  'section-groups': { type: 'boolean', short: 'g' },
  'section-details': { type: 'boolean', short: 't' },
  headers: { type: 'boolean', short: 'e' },
  syms: { type: 'boolean', short: 's' },
  symbols: { type: 'boolean' },
  'dyn-syms': { type: 'boolean' },
  notes: { type: 'boolean', short: 'n' },
  relocs: { type: 'boolean', short: 'r' },
  unwind: { type: 'boolean', short: 'u' },
  dynamic: { type: 'boolean', short: 'd' },
  'version-info': { type: 'boolean', short: 'V' },
  'arch-specific': { type: 'boolean', short: 'A' },
  'use-dynamic': { type: 'boolean', short: 'D' },
  'hex-dump': { type: 'string', short: 'x', multiple: true },
  'string-dump': { type: 'string', short: 'p', multiple: true },
  histogram: { type: 'boolean', short: 'I' },
  wide: { type: 'boolean', short: 'W' },
  root: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} satisfies ParseArgsConfig['options'];

/** Characters that are written at once. */
const CHUNK = 1 << 16;

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError((error as Error).message.split('\n')[0]!.split('. ')[0]!);
  }
}

type Values = ReturnType<typeof parse>['values'];

function dumpOptions(values: Values): DumpOptions {
  const all = values.all === true;
  const headers = all || values.headers === true;
  const options: DumpOptions = {
    fileHeader: headers || values['file-header'] === true,
    segments: headers || values['program-headers'] === true || values.segments === true,
    sections: headers || values['section-headers'] === true || values.sections === true,
    sectionDetails: values['section-details'] === true,
    groups: all || values['section-groups'] === true,
    symbols: all || values.syms === true || values.symbols === true,
    dynamicSymbols: all || values['dyn-syms'] === true,
    useDynamic: values['use-dynamic'] === true,
    relocations: all || values.relocs === true,
    dynamic: all || values.dynamic === true,
    versions: all || values['version-info'] === true,
    notes: all || values.notes === true,
    unwind: all || values.unwind === true,
    histogram: all || values.histogram === true,
    hexDumps: values['hex-dump'] ?? [],
    stringDumps: values['string-dump'] ?? [],
  };
  if (Object.values(options).some((value) => value === true || (Array.isArray(value) && value.length > 0))) return options;
  // Without a letter: as data all of it; as text nothing, unless what -A shows, which no file of x86-64 has.
  if (values.json) return dumpOptions({ ...values, all: true });
  if (values['arch-specific']) return options;
  throw usageError('nothing to show: give letters, as -a, -h, -l, -S, -s, -r, -d, -n');
}

/** Text with one character a byte, written in pieces. */
class Output {
  private waiting: string[] = [];
  private length = 0;

  readonly write = (text: string): void => {
    this.waiting.push(text);
    this.length += text.length;
    if (this.length >= CHUNK) this.flush();
  };

  flush(): void {
    if (this.length > 0) process.stdout.write(Buffer.from(this.waiting.join(''), 'latin1'));
    this.waiting = [];
    this.length = 0;
  }
}

/** Shows one file. @throws CliError, ElfError */
async function show(path: string, options: DumpOptions, values: Values, output: Output): Promise<void> {
  const file = parseElf(await readGivenFile(path, values.root ?? null));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ file: path, ...(elfJson(file, options) as object) }, null, 1)}\n`);
    return;
  }
  printElf(file, options, {
    write: output.write,
    warn: (text) => {
      output.flush();
      process.stderr.write(`ring3: ${path}: warning: ${text}\n`);
    },
  });
}

export const elfCommand: Command = {
  synopsis: 'elf OPTION… FILE…',
  summary: 'show an ELF file as readelf -W does',
  help: `  -a, --all              -h -l -S -s -r -d -V -A -I -g -n -u
  -h, --file-header      the ELF header
  -l, --program-headers, --segments   the program headers, and which sections each holds
  -S, --section-headers, --sections   the section headers
  -t, --section-details  the same, with flags in words
  -e, --headers          -h -l -S
  -g, --section-groups   section groups
  -s, --syms, --symbols  the symbol tables; -D by the dynamic segment
      --dyn-syms         the dynamic symbols alone
  -r, --relocs           relocations
  -d, --dynamic          the dynamic section
  -V, --version-info     symbol versions
  -n, --notes            notes
  -I, --histogram        lengths of the hash tables' buckets
  -u, --unwind           what there is to unwind
  -A, --arch-specific    what only some machines have (x86-64: nothing)
  -x, --hex-dump SECTION      a section's bytes, by number or name
  -p, --string-dump SECTION   a section's strings
  -W, --wide             long lines, as always
      --json             as data: every field with its place in the file
      --root DIR|TAR     look FILE up in this root (default: this system, then the base image)

Exit status: 1 when a FILE is not there or no ELF file.
`,
  async run(args) {
    const { values, positionals } = parse(args);
    if (values.help) throw new HelpRequested();
    const options = dumpOptions(values);
    if (positionals.length === 0) throw usageError('no FILE');
    const output = new Output();
    let status = 0;
    for (const path of positionals) {
      try {
        if (positionals.length > 1 && !values.json) output.write(`\nFile: ${path}\n`);
        await show(path, options, values, output);
      } catch (error) {
        if (!(error instanceof CliError || error instanceof ElfError)) throw error;
        status = 1;
        output.flush();
        process.stderr.write(`ring3: ${error instanceof ElfError ? `${path}: ` : ''}${error.message}\n`);
      }
    }
    output.flush();
    return Promise.resolve(status);
  },
};
