import type { PageWalkView } from '@ring3/machine/engine';
import { CliError, CliStatus, usageError } from '../cli-error.js';
import { RUN_OPTIONS } from '../help.js';
import { placeOf } from '../inspect/place.js';
import { AT_OPTIONS, atFlags, runWithStops, stopTitle, viewOf } from '../inspect/stop-observer.js';
import { decode, viewJson } from '../inspect/text.js';
import { walkText } from '../inspect/walk-text.js';
import { parseWithRun } from '../run-options.js';
import type { Command } from './command.js';

interface Shown {
  comm: string;
  walk: PageWalkView | null;
}

export const pagetableCommand: Command = {
  synopsis: 'pagetable [OPTION…] PROGRAM ADDRESS [ARG…]',
  summary: 'show the page-table walk of an address',
  help: `ADDRESS is hexadecimal, a symbol of PROGRAM, or one of entry, heap, brk, stack, vdso, vvar and the registers (rip, rsp, rdi …), each
also with +N or -N. The walk is that of the processor: a line per level with the entry's 64 bits, their names (P present, RW writable,
US user, A accessed, D dirty, NX no execution) and what it points to; then the frame as the kernel counts it. With several stops
the same address is shown at each, with what has changed since the one before: +BIT, −BIT, and * at other values.
PROGRAM's own output goes to stderr. The run ends with the last stop.

  ring3 pagetable --at fork --after fork --at exit PROGRAM counter        a page before, between and after its copy-on-write

${AT_OPTIONS}
and the options of ring3 run:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: 0; 125 where a stop was not reached; 126 when PROGRAM cannot be executed, 127 when it was not found.
`,
  async run(args) {
    const { run, values } = parseWithRun(args, atFlags);
    const [place, ...rest] = run.args;
    if (run.program === null) throw usageError('no program to run');
    if (place === undefined) throw usageError('which address? ADDRESS follows PROGRAM');
    let found = false;
    const status = await runWithStops<Shown>(
      { ...run, args: rest },
      values,
      (machine, stop) => {
        const view = viewOf(machine, stop, { maps: true, registers: true });
        const address = placeOf(machine, view, place);
        if (address === null) return { comm: view.comm, walk: null };
        found = true;
        return { comm: view.comm, walk: viewOf(machine, stop, { walks: [address] }).walks![0]! };
      },
      (seen) => {
        if (values.json) return viewJson(seen.map(({ stop, shown }) => ({ at: stop.point.text, ...stop, point: undefined, ...shown })));
        let before: PageWalkView | null = null;
        const parts: string[] = [];
        for (const { stop, shown } of seen) {
          const { walk } = shown;
          const title = stopTitle(stop, decode(shown.comm));
          parts.push(`${title}\n${walk ? walkText(walk, before?.address === walk.address ? before : null) : `${place}: not there yet\n`}`);
          before = walk ?? before;
        }
        return parts.join('\n');
      },
    );
    if (status === 0 && !found) throw new CliError(CliStatus.Failed, `${place} was at none of the stops`);
    return status;
  },
};
