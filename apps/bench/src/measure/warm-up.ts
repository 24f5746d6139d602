import { buildWorkload } from '../catalogue/compile.js';
import { CURVE_POINTS, type Workload } from '../catalogue/workloads.js';
import type { Engine, EngineRun, Task } from '../engines/engine.js';
import type { Curve } from '../result.js';
import { SHORT, workFolder } from './plan.js';
import type { Progress } from './rounds.js';

const LIMIT_SECONDS = 300;
const POINTS_PER_DECADE = 24;

/** When parts of a run were done: seconds since main had set up, and before that. */
interface Parts {
  before: number;
  ends: number[];
}

/** The guest's own clock, behind the checksum: wall time, here made as much as the CPU time of the whole run. */
function partsByOwnClock({ stdout, cpu, wall }: EngineRun, count: number): Parts {
  const lines = stdout.trimEnd().split('\n').slice(-count).map(Number);
  if (lines.length !== count || lines.some((value) => !Number.isFinite(value))) throw new Error(`no ${count} times in its output`);
  const share = cpu / wall;
  const ends = lines.map((nanoseconds) => (nanoseconds / 1e9) * share);
  return { before: Math.max(0, cpu - ends.at(-1)!), ends };
}

/**
 * CPU time of the process, as it was seen from outside: one line of stderr at the start, one a part, others after that.
 * @returns null: who watches came when all was over, as happens to a short run on a busy machine
 */
function partsByTicks({ ticks }: EngineRun, count: number): Parts | null {
  const [start, ...ends] = ticks.slice(0, count + 1);
  if (start === undefined || ends.length !== count) throw new Error(`it told of ${ends.length} of ${count} parts`);
  return ends.at(-1) === start ? null : { before: start, ends: ends.map((end) => end - start) };
}

/** A time at which some parts of a run were done, and their speed. */
interface Point {
  time: number;
  speed: number;
  parts: number;
}

/**
 * Speed over time: the share of native's speed that each part of the run had. Parts that were seen together are one point.
 * @param native seconds of a part
 */
export function curvePoints({ before, ends }: Parts, native: number): Point[] {
  const points: Point[] = [];
  let last = 0;
  let parts = 0;
  for (const [i, end] of ends.entries()) {
    parts++;
    if (end === ends[i + 1] || end === last) continue;
    points.push({ time: before + end, speed: (native * parts) / (end - last), parts });
    last = end;
    parts = 0;
  }
  return points;
}

/** Points close together become one: at most `perDecade` for each tenfold of time, with the speed over all their parts. */
export function thinned(points: readonly Point[], perDecade: number): Curve['points'] {
  const bucketOf = (time: number): number => Math.floor(Math.log10(Math.max(time, 1e-6)) * perDecade);
  const thin: Curve['points'] = [];
  let all = 0;
  let cost = 0;
  for (const [i, { time, speed, parts }] of points.entries()) {
    all += parts;
    cost += parts / speed;
    const next = points[i + 1];
    if (next && bucketOf(next.time) === bucketOf(time)) continue;
    thin.push({ time, speed: all / cost });
    all = 0;
    cost = 0;
  }
  return thin;
}

/** Curves of these workloads in every engine that can. */
export async function measureCurves(
  workloads: readonly Workload[],
  engines: readonly Engine[],
  scale: number,
  progress: Progress,
): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const workload of workloads) {
    let native = 0;
    for (const engine of engines) {
      progress(`warm-up  ${workload.name}  ${engine.label}`);
      const rounds = Math.max(1, Math.round(workload.rounds * scale * (engine.slow ? SHORT : 1)));
      const points = Math.min(CURVE_POINTS, rounds);
      const args = [`${rounds}`, `${points}`];
      const program = buildWorkload(workload.name);
      const task: Task = { name: workload.name, kind: 'cpu', program, args, cwd: workFolder(), ticks: true };
      if (engine.cannot(task)) continue;
      const run = await engine.run(task, LIMIT_SECONDS);
      if (run.status !== 0) throw new Error(`${workload.name} in ${engine.label} ended with ${run.status}: ${run.stderr.trim()}`);
      const parts = (run.ticks.length > 0 ? partsByTicks(run, points) : null) ?? partsByOwnClock(run, points);
      if (engine.id === 'native') native = parts.ends.at(-1)! / rounds;
      const all = curvePoints(parts, (native * rounds) / points);
      curves.push({ name: workload.name, engine: engine.id, points: thinned(all, POINTS_PER_DECADE) });
    }
  }
  return curves;
}
