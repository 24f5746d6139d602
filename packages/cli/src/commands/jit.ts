import { type MachineEngine, type RecordedRegion, TranslationRecorder } from '@ring3/machine/engine';
import { CliError, CliStatus, usageError } from '../cli-error.js';
import { RUN_OPTIONS } from '../help.js';
import { decode, hex, table } from '../inspect/text.js';
import { stretches, twoColumns } from '../jit/side-by-side.js';
import { FileSymbols } from '../jit/symbols.js';
import { type Tier, tiersOf } from '../jit/tiers.js';
import { parseWithRun } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';
import { TraceOutput } from '../trace/trace-output.js';
import { parseCount } from '../units.js';
import type { Command } from './command.js';

const flags = {
  at: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  top: { type: 'string' },
  json: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
} as const;

interface Options {
  /** Addresses or symbols of regions that are shown with their code. */
  at: readonly string[];
  /** So many of the hottest, too. */
  top: number;
  json: boolean;
  output: string | null;
}

/** Reasons for coming back that are listed for a region. */
const SHOWN_EXITS = 4;

interface Named {
  region: RecordedRegion;
  symbol: string;
  tier: Tier | null;
}

/** Lists what was translated when the run is over. */
class JitObserver implements Observer {
  readonly quiet = true;
  private recorder: TranslationRecorder | null = null;

  constructor(private readonly options: Options) {}

  attach(machine: MachineEngine): void {
    this.recorder = new TranslationRecorder(machine.kernel);
    if (!machine.watchTranslation(this.recorder)) throw usageError('jit: with --jit off nothing is translated');
  }

  finish(machine: MachineEngine): void {
    const { options } = this;
    const symbols = new FileSymbols(machine);
    const regions = this.recorder!.finish().toSorted((a, b) => b.retired - a.retired);
    const tiers = tiersOf(regions.map(({ fn }) => fn));
    const all = regions.map((region, i) => ({ region, symbol: symbols.describe(region.path, region.offset), tier: tiers?.[i] ?? null }));
    const shown = all.filter((named, i) => i < options.top || options.at.some((word) => isAt(named, word)));
    for (const word of options.at)
      if (!all.some((named) => isAt(named, word))) throw new CliError(CliStatus.Failed, `--at ${word}: no region was made there`);
    const out = new TraceOutput(options.output, 1);
    if (options.json)
      out.write(
        `${JSON.stringify({ regions: all.map((named) => json(named, shown.includes(named) ? stretches(named.region) : null)) }, null, 1)}\n`,
      );
    else {
      out.write(listing(all, machine.stats().instructions, symbols));
      for (const named of shown) out.write(`\n${title(named)}\n${twoColumns(stretches(named.region))}`);
    }
    out.close();
  }
}

/** Is a region meant by an address in hexadecimal, within it, or by the symbol that it begins at or in? */
function isAt({ region, symbol }: Named, word: string): boolean {
  if (/^(0x)?[0-9a-f]+$/i.test(word)) {
    const address = parseInt(word, 16);
    if (region.insns.some((insn) => insn.address === address)) return true;
  }
  return symbol === word || symbol.startsWith(`${word}+`);
}

/** A place near a region, by its symbol where it has one. */
function placeText({ path, offset, address }: RecordedRegion, place: number, symbols: FileSymbols): string {
  const near = offset + place - address;
  const name = near < 0 ? '' : symbols.describe(path, near);
  return name ? `${hex(place)} ${decode(name)}` : hex(place);
}

function listing(all: readonly Named[], instructions: number, symbols: FileSymbols): string {
  const rows = all.map(({ region, symbol, tier }) => {
    const { id, retired, entered, address, insns, pages, entries, again } = region;
    const share = `${((100 * retired) / Math.max(1, instructions)).toFixed(1)} %`;
    const each = entered === 0 ? '-' : (retired / entered).toFixed(0);
    const notes = again > 0 ? `made again (${again})` : '';
    const where = `${hex(address)} ${decode(symbol)}`.trimEnd();
    return [
      `${id}`,
      share,
      `${retired}`,
      `${entered}`,
      each,
      `${insns.length}`,
      `${pages.length}`,
      `${entries.length}`,
      tier ?? '?',
      `${where}${notes ? `  (${notes})` : ''}`,
    ];
  });
  const head = ['region', 'heat', 'retired', 'entered', 'each', 'insns', 'pages', 'entries', 'tier', 'at'];
  const lines = table([head, ...rows], [0, 1, 2, 3, 4, 5, 6, 7]).split('\n');
  const exits = all.map(({ region }) =>
    region.exits
      .slice(0, SHOWN_EXITS)
      .map(({ why, address, count }) => `            ${String(count).padStart(10)}  ${why} at ${placeText(region, address, symbols)}\n`)
      .join(''),
  );
  return lines.map((line, i) => (line === '' ? '' : `${line}\n${i > 0 ? exits[i - 1]! : ''}`)).join('');
}

function title({ region, symbol }: Named): string {
  const { id, address, path, entries } = region;
  return `region ${id}: ${hex(address)}${symbol ? ` ${decode(symbol)}` : ''}${path ? ` of ${decode(path)}` : ''}, entered at ${entries.map(hex).join(', ')}`;
}

function json({ region, symbol, tier }: Named, code: ReturnType<typeof stretches> | null): object {
  const { id, address, pid, path, offset, pages, insns, entries, again, entered, retired, exits } = region;
  return {
    id,
    address: hex(address),
    symbol: decode(symbol),
    pid,
    path: decode(path),
    offset,
    pages: pages.map(hex),
    instructions: insns.length,
    entries: entries.map(hex),
    again,
    entered,
    retired,
    tier,
    exits: exits.map((exit) => ({ ...exit, address: hex(exit.address) })),
    ...(code ? { code: code.map((stretch) => ({ ...stretch, address: stretch.address === null ? null : hex(stretch.address) })) } : {}),
  };
}

export const jitCommand: Command = {
  synopsis: 'jit [OPTION…] PROGRAM [ARG…]',
  summary: 'run it and show the WebAssembly that its hot code has become',
  help: `When PROGRAM has ended: every region that was translated, the hottest first, on stdout; what PROGRAM writes there goes to stderr.

  heat       share of all instructions that retired between entering it and coming back, in regions that it called, too
  entered    times that control came in from the interpreter's loop, and each: instructions until it came back
  insns, pages, entries   instructions of the guest in it, pages that they are on, places where control may come in
  tier       V8's compiler: liftoff, turbofan, none (it was never called); ? where this Node does not tell
  below      why control came back, and where it went: chained (to other translated code), fuel (its instructions were used up), ended (to
             what is not translated), failed (an access that is not in the TLB or crosses a page, and the like), undecoded, refused

  --at ADDRESS|SYMBOL  x86 and WebAssembly side by side, of the regions there (more than once)
  --top N              the same of the N hottest
  --all                the same of all
  --json               as data
  -o FILE              write to FILE

and the options of ring3 run:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: that of ring3 run.
`,
  async run(args) {
    const { run, values } = parseWithRun(args, flags);
    const top = values.all ? Infinity : values.top === undefined ? 0 : parseCount('--top', values.top);
    return runProgram(run, new JitObserver({ at: values.at ?? [], top, json: values.json === true, output: values.output ?? null }));
  },
};
