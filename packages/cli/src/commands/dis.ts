import { parseArgs, type ParseArgsConfig } from 'node:util';
import { codeSections, CodeSymbols, type ElfFile, ElfError, isX86_64, parseElf, type Section } from '@ring3/elf';
import type { disassemble } from '@ring3/isa';
import { CliError, CliStatus, HelpRequested, usageError } from '../cli-error.js';
import { addressWidth, type Block, type ListingLine, type Range, sectionBlocks } from '../dis/listing.js';
import { readGivenFile } from '../read-file.js';
import type { Command } from './command.js';

const flags = {
  'start-address': { type: 'string' },
  start: { type: 'string' },
  'stop-address': { type: 'string' },
  stop: { type: 'string' },
  symbol: { type: 'string', multiple: true },
  section: { type: 'string', short: 'j', multiple: true },
  'no-show-raw-insn': { type: 'boolean' },
  root: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} satisfies ParseArgsConfig['options'];

/** Bytes of an instruction that have a column each; longer ones push the text to the right. */
const RAW_COLUMNS = 7;

interface Request {
  readonly sections: readonly Section[];
  readonly ranges: readonly Range[];
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError((error as Error).message.split('\n')[0]!.split('. ')[0]!);
  }
}

type Values = ReturnType<typeof parse>['values'];

function parseAddress(option: string, text: string | undefined): bigint | null {
  if (text === undefined) return null;
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw usageError(`${option}: '${text}' is not an address, as 0x401000`);
  return BigInt(text);
}

function findSections(file: ElfFile, names: readonly string[] | undefined): Section[] {
  for (const name of names ?? [])
    if (!file.sectionNamed(name)) throw new CliError(CliStatus.Failed, `-j ${name}: the file has no such section`);
  if (!names) return codeSections(file);
  return file.sections.filter((section) => names.includes(section.name) && file.data(section).length > 0);
}

/** What --symbol, --start and --stop leave of the sections. */
function request(file: ElfFile, symbols: CodeSymbols, values: Values): Request {
  const sections = findSections(file, values.section);
  const from = parseAddress('--start', values.start ?? values['start-address']);
  const to = parseAddress('--stop', values.stop ?? values['stop-address']);
  if (!values.symbol) return { sections, ranges: [{ from, to }] };
  const found = values.symbol.map((name) => {
    const [symbol] = symbols.named(name);
    if (!symbol) throw new CliError(CliStatus.Failed, `--symbol ${name}: the file has no such symbol`);
    return symbol;
  });
  const ranges = found.map(({ address, section, size }) => {
    const next = symbols.inSection(file.sections[section]!).find((symbol) => symbol.address > address);
    return { from: address, to: size > 0n ? address + size : (next?.address ?? null) };
  });
  return { sections: file.sections.filter(({ index }) => found.some(({ section }) => section === index)), ranges };
}

function lineText({ address, bytes, text }: ListingLine, width: number, isRaw: boolean): string {
  const start = `${address.toString(16).padStart(width)}:\t`;
  if (!isRaw) return `${start}${text}\n`;
  const raw = [...bytes].map((byte) => `${byte.toString(16).padStart(2, '0')} `).join('');
  return `${start}${raw.padEnd(3 * RAW_COLUMNS)}\t${text}\n`;
}

function blockText({ label, address, lines }: Block, width: number, isRaw: boolean): string {
  const body = lines.map((line) => (line ? lineText(line, width, isRaw) : '\t...\n')).join('');
  return `\n${address.toString(16).padStart(16, '0')} ${label}:\n${body}`;
}

function blockJson({ label, address, lines }: Block): unknown {
  return {
    label: label.slice(1, -1),
    address: `0x${address.toString(16)}`,
    instructions: lines.flatMap((line) =>
      line ? [{ address: `0x${line.address.toString(16)}`, bytes: Buffer.from(line.bytes).toString('hex'), text: line.text }] : [],
    ),
  };
}

function print(file: ElfFile, path: string, values: Values, decode: typeof disassemble): void {
  const symbols = new CodeSymbols(file);
  const { sections, ranges } = request(file, symbols, values);
  const blocks = (section: Section): Block[] => ranges.flatMap((range) => [...sectionBlocks(file, section, symbols, decode, range)]);
  if (values.json) {
    const listing = sections.map((section) => ({ section: section.name, blocks: blocks(section).map(blockJson) }));
    process.stdout.write(`${JSON.stringify({ file: path, sections: listing }, null, 1)}\n`);
    return;
  }
  process.stdout.write(`\n${path}:     file format elf64-x86-64\n\n`);
  for (const section of sections) {
    const list = blocks(section);
    if (list.length === 0) continue;
    const width = addressWidth(section);
    const text = list.map((block) => blockText(block, width, !values['no-show-raw-insn'])).join('');
    process.stdout.write(Buffer.from(`\nDisassembly of section ${section.name}:\n${text}`, 'latin1'));
  }
}

export const disCommand: Command = {
  synopsis: 'dis [OPTION…] FILE',
  summary: 'disassemble an ELF file as objdump -d does',
  help: `All sections with instructions, in Intel syntax (objdump -d -w -M intel).

      --symbol NAME      this function alone
  -j, --section NAME     this section alone
      --start ADDRESS, --stop ADDRESS   what lies between
      --no-show-raw-insn   without the instructions' bytes
      --json             as data
      --root DIR|TAR     look FILE up in this root (default: this system, then the base image)

Instructions that Ring3's processor does not have (AVX and what came after it) are shown as (bad), each in whole.
`,
  async run(args) {
    const { values, positionals } = parse(args);
    if (values.help) throw new HelpRequested();
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw usageError('dis takes one FILE');
    try {
      const file = parseElf(await readGivenFile(path, values.root ?? null));
      if (!isX86_64(file)) throw new ElfError('is not for x86-64');
      // Its tables are large: only who needs them loads them.
      const { disassemble } = await import('@ring3/isa');
      print(file, path, values, disassemble);
      return 0;
    } catch (error) {
      if (error instanceof ElfError) throw new CliError(CliStatus.Failed, `${path}: ${error.message}`);
      throw error;
    }
  },
};
