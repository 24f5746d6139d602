import { parseArgs } from 'node:util';
import { engineNames, quickEngines, usualEngines } from './engines/engines.js';

export interface Options {
  /** null: everything. */
  filter: string[] | null;
  engines: readonly string[];
  rounds: number;
  quick: boolean;
  /** So much of the usual work. */
  scale: number;
  /** Seconds that rounds may take: what is not done then is left out. */
  budget: number;
  json: string | null;
  compare: string | null;
}

/** Wrong use: one line. */
export class UsageError extends Error {}

const ROUNDS = 3;
const QUICK_ROUNDS = 5;
/** The whole quick form is to be done within two minutes: so long for the rounds, the rest for what comes after. */
const QUICK_BUDGET_SECONDS = 80;

export const usage = `usage: ring3 bench [OPTION…]   (in a checkout; also: npm run bench -- [OPTION…])

Runs programs natively and in Ring3 in turns, compares what they print, and tells what Ring3 takes as a multiple of native CPU time.

      --filter WORD[,WORD…]   only what has one of the words in its name, or is of that kind: cpu (2 s native), short (0.2 s),
                              operation, program, start, memory, warm-up
      --engines NAME[,NAME…]  of ${engineNames.join(', ')}
                              (default: ${usualEngines.join(', ')}, those that are here; -interp: without the JIT)
      --rounds N              default ${ROUNDS}
      --quick                 for every change, under two minutes: 0.1 s native each, in Node only, as many of
                              ${QUICK_ROUNDS} rounds as there is time for (with --rounds: all of them, however long it takes)
      --scale FACTOR          so much of the work: 0.01 to try something out (warm-up is then all that is measured)
      --compare FILE          tell what has changed against an earlier --json FILE
      --json FILE             write all figures to FILE

Exit status: 1 when something failed or printed something else than natively.
`;

const flags = {
  filter: { type: 'string' },
  engines: { type: 'string' },
  rounds: { type: 'string' },
  quick: { type: 'boolean' },
  scale: { type: 'string' },
  compare: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0]!.split('. ')[0]!);
  }
}

/** @returns null: --help is asked for. @throws UsageError */
export function parseOptions(args: string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  const quick = values.quick === true;
  const rounds = Number(values.rounds ?? (quick ? QUICK_ROUNDS : ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError(`--rounds ${values.rounds}: not a number of rounds`);
  const scale = Number(values.scale ?? 1);
  if (!(scale > 0 && scale <= 100)) throw new UsageError(`--scale ${values.scale}: not a factor`);
  const engines = values.engines?.split(',') ?? (quick ? quickEngines : usualEngines);
  for (const name of engines) {
    if (!engineNames.includes(name)) throw new UsageError(`--engines: '${name}' is not one of ${engineNames.join(', ')}`);
  }
  return {
    filter: values.filter?.split(',').filter(Boolean) ?? null,
    engines,
    rounds,
    quick,
    scale,
    budget: quick && values.rounds === undefined ? QUICK_BUDGET_SECONDS : Infinity,
    json: values.json ?? null,
    compare: values.compare ?? null,
  };
}
