import type { InspectView, MappingView } from '@ring3/machine/engine';
import { RUN_OPTIONS } from '../help.js';
import { AT_OPTIONS, atFlags, runWithStops, stopTitle, viewOf } from '../inspect/stop-observer.js';
import { decode, kilobytes, table, viewJson } from '../inspect/text.js';
import { parseWithRun } from '../run-options.js';
import type { Command } from './command.js';

function cells(mapping: MappingView): string[] {
  const { start, end, access, offset, rss, anonymous, kind, name } = mapping;
  const address = (value: number): string => value.toString(16).padStart(8, '0');
  return [
    `${address(start)}-${address(end)}`,
    access,
    offset.toString(16).padStart(8, '0'),
    kilobytes(end - start),
    kilobytes(rss),
    kilobytes(anonymous),
    kind,
    decode(name),
  ];
}

/** The gate page is in no address space: it does not count. */
function totals(maps: readonly MappingView[]): string[] {
  const own = maps.filter(({ kind }) => kind !== 'calls of old, emulated');
  const sum = (of: (mapping: MappingView) => number): string => kilobytes(own.reduce((total, mapping) => total + of(mapping), 0));
  return [
    `${own.length} mappings`,
    '',
    '',
    sum(({ start, end }) => end - start),
    sum(({ rss }) => rss),
    sum(({ anonymous }) => anonymous),
    '',
    '',
  ];
}

function mapsTable({ maps }: InspectView): string {
  const head = ['ADDRESS', 'PERM', 'OFFSET', 'SIZE', 'RSS', 'PRIVATE', 'WHAT', 'NAME'];
  return table([head, ...maps!.map(cells), totals(maps!)], [3, 4, 5]);
}

export const mapsCommand: Command = {
  synopsis: 'maps [OPTION…] PROGRAM [ARG…]',
  summary: 'show its memory mappings',
  help: `The lines of /proc/PID/maps, with sizes, how much is in memory (RSS), how much of that is its own (PRIVATE: not the page cache's), and
what each mapping is for. PROGRAM's own output goes to stderr. The run ends with the last stop.

${AT_OPTIONS}
and the options of ring3 run:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: 0; 125 where a stop was not reached; 126 when PROGRAM cannot be executed, 127 when it was not found.
`,
  async run(args) {
    const { run, values } = parseWithRun(args, atFlags);
    return runWithStops(
      run,
      values,
      (machine, stop) => viewOf(machine, stop, { maps: true }),
      (seen) => {
        if (values.json)
          return viewJson(
            seen.map(({ stop, shown }) => ({ at: stop.point.text, ...stop, point: undefined, comm: shown.comm, maps: shown.maps })),
          );
        return seen.map(({ stop, shown }) => `${stopTitle(stop, decode(shown.comm))}\n${mapsTable(shown)}`).join('\n');
      },
    );
  },
};
