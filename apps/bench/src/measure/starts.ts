import { timed } from '../engines/process.js';
import { Ring3InNode } from '../engines/ring3-node.js';
import type { StartResult } from '../result.js';
import type { PlannedRow } from './plan.js';
import type { Progress } from './rounds.js';
import { spread } from './statistics.js';

const LIMIT_SECONDS = 60;

/** CPU time of whole programs from nothing to the end, beside that of the bare `node -e 0`. @throws Error one fails */
export async function measureStarts(rows: readonly PlannedRow[], rounds: number, progress: Progress): Promise<StartResult> {
  const ring3 = new Ring3InNode('node', 'on');
  const node: number[] = [];
  const series = rows.map((row) => ({ row, native: [] as number[], ring3: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    progress(`start ${round + 1}/${rounds}  node`);
    node.push((await timed([process.execPath, '-e', '0'], '/', LIMIT_SECONDS)).cpu);
    for (const { row, native, ring3: here } of series) {
      progress(`start ${round + 1}/${rounds}  ${row.task.name}`);
      const yardstick = await timed([row.task.program, ...row.task.args], row.task.cwd, LIMIT_SECONDS);
      const run = await ring3.run(row.task, LIMIT_SECONDS);
      if (run.status !== yardstick.status || run.digest !== yardstick.digest)
        throw new Error(`${row.task.name}: exit status ${run.status}, natively ${yardstick.status}: ${run.stderr.trim()}`);
      native.push(yardstick.cpu);
      here.push(run.cpu);
    }
  }
  const base = spread(node);
  return {
    node: base,
    rows: series.map(({ row, native, ring3: here }) => {
      const times = spread(here);
      return { name: row.task.name, about: row.about, native: spread(native), ring3: times, overNode: times.median - base.median };
    }),
  };
}
