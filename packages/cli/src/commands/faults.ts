import { MachineEngine, MachineStats, TraceSession } from '@ring3/machine/engine';
import { CliError, CliStatus, usageError } from '../cli-error.js';
import { type Fault, faultLine, faultOf, FaultSummary } from '../faults/fault-text.js';
import { compareTable, type PolicyResult } from '../faults/compare-table.js';
import { RUN_OPTIONS } from '../help.js';
import { parseWithRun, type RunOptions } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';
import { TraceOutput } from '../trace/trace-output.js';
import type { Command } from './command.js';

/** Records that are gathered before they are printed. */
const BATCH = 256;
/** What --compare runs without --policies. */
const POLICIES = ['demand', 'demand:1', 'hybrid:4', 'hybrid:16', 'eager'];

interface Options {
  json: boolean;
  output: string | null;
  summaryOnly: boolean;
}

/** Lists the faults while they happen, and sums them up at the end. */
class FaultObserver implements Observer {
  private session: TraceSession | null = null;
  private readonly summary = new FaultSummary();
  private readonly output: TraceOutput;

  constructor(private readonly options: Options) {
    this.output = new TraceOutput(options.output, 2);
  }

  attach(machine: MachineEngine): void {
    this.session = new TraceSession(machine.kernel, { expressions: ['mm:handle_mm_fault'], batch: BATCH }, (records) => {
      for (const record of records) this.take(faultOf(record));
    });
  }

  private take(fault: Fault): void {
    this.summary.add(fault);
    if (this.options.summaryOnly) return;
    this.output.write(this.options.json ? `${JSON.stringify(fault)}\n` : faultLine(fault));
  }

  finish(): void {
    if (!this.session) return;
    this.session.finish();
    this.session = null;
    if (this.options.json) this.output.write(`${JSON.stringify({ summary: this.summary.toJson() })}\n`);
    else this.output.write(this.summary.toText(!this.options.summaryOnly));
    this.output.close();
  }
}

/** Keeps the counters of one run of --compare. */
class CountingObserver implements Observer {
  readonly quiet = true;
  readonly detached = true;
  stats: MachineStats | null = null;
  attach(machine: MachineEngine): void {
    machine.countUnusedPages();
  }
  finish(machine: MachineEngine): void {
    this.stats = machine.stats();
  }
}

async function compare(run: RunOptions, policies: readonly string[], json: boolean): Promise<number> {
  const results: PolicyResult[] = [];
  // The first run of a host's process is slower, whatever it does.
  await runProgram({ ...run, paging: policies[0]!, tty: false }, new CountingObserver());
  for (const paging of policies) {
    const observer = new CountingObserver();
    const status = await runProgram({ ...run, paging, tty: false }, observer);
    const { stats } = observer;
    if (!stats) throw new CliError(CliStatus.Failed, `${run.program}: no counters`);
    results.push({
      policy: paging,
      status,
      minor: stats.minorFaults,
      major: stats.majorFaults,
      mapped: stats.pagesMapped,
      unused: stats.pagesUnused,
      peakKiB: stats.maxRss * 4,
      cpuSeconds: stats.hostSeconds,
      instructions: stats.instructions,
    });
  }
  process.stdout.write(json ? `${JSON.stringify(results)}\n` : compareTable(results));
  return results[0]!.status;
}

export const faultsCommand: Command = {
  synopsis: 'faults [OPTION…] PROGRAM [ARG…]',
  summary: 'run it and list its page faults, or compare ways to page',
  help: `A line for each page fault that was handled, of the program or of the kernel for it, on stderr: milliseconds, process, minor, major
or its signal, address, access (r, w, x; K: the kernel's), what was done, and the mapping. Then a summary by kind and by mapping.

  -c                   the summary only
  --json               an object per line; the last has the summary
  -o FILE              write to FILE
  --compare            run PROGRAM once with each paging policy, without input, its output dropped, and print a table
                       on stdout: faults, pages mapped, those never touched, peak memory, CPU time, instructions
  --policies P,…       policies to compare (default: ${POLICIES.join(',')})

Policies: demand maps a page at its first touch, and up to 16 cached ones around it, as Linux does (demand:1: the page alone); hybrid:N
maps N predicted neighbours along: the next pages of the mapping, or those before it in a walk downwards; eager maps the whole image of
program and interpreter at exec.

and the options of ring3 run:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: that of ring3 run; with --compare that of the first run.
`,
  async run(args) {
    const { run, values } = parseWithRun(args, {
      json: { type: 'boolean' },
      output: { type: 'string', short: 'o' },
      summary: { type: 'boolean', short: 'c' },
      compare: { type: 'boolean' },
      policies: { type: 'string' },
    });
    if (values.compare) {
      if (values.output !== undefined || values.summary) throw usageError('--compare goes with neither -o nor -c');
      return compare(run, values.policies?.split(',') ?? POLICIES, values.json === true);
    }
    if (values.policies !== undefined) throw usageError('--policies goes with --compare');
    const options = { json: values.json === true, output: values.output ?? null, summaryOnly: values.summary === true };
    const observer = new FaultObserver(options);
    try {
      return await runProgram(run, observer);
    } catch (error) {
      observer.finish();
      throw error;
    }
  },
};
