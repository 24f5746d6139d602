import { buildWorkload } from '../catalogue/compile.js';
import { CURVE_POINTS, type Workload } from '../catalogue/workloads.js';
import type { Engine, Task } from '../engines/engine.js';
import type { Curve } from '../result.js';
import { SHORT, workFolder } from './plan.js';
import type { Progress } from './rounds.js';
import { median } from './statistics.js';

const LIMIT_SECONDS = 300;
const POINTS_PER_DECADE = 24;

/** Nanoseconds since main's start at which each part was done: the lines behind the checksum. */
function partsOf(stdout: string, count: number): number[] {
  const lines = stdout.trimEnd().split('\n').slice(-count).map(Number);
  if (lines.length !== count || lines.some((value) => !Number.isFinite(value))) throw new Error(`no ${count} times in its output`);
  return lines;
}

/**
 * Speed over time: the share of native's speed that each part of the run had, as the guest's own clock saw it.
 * @param wall seconds of the whole run: what is before main stands before the first point
 * @param native seconds of a part
 */
export function curvePoints(parts: readonly number[], wall: number, native: number): Curve['points'] {
  const before = Math.max(0, wall - parts.at(-1)! / 1e9);
  return parts.map((end, i) => {
    const seconds = (end - (i > 0 ? parts[i - 1]! : 0)) / 1e9;
    return { time: before + end / 1e9, speed: native / Math.max(seconds, 1e-9) };
  });
}

/** Points close together become one: at most `perDecade` for each tenfold of time, with the speed over all their parts. */
export function thinned(points: Curve['points'], perDecade: number): Curve['points'] {
  const bucketOf = (time: number): number => Math.floor(Math.log10(Math.max(time, 1e-6)) * perDecade);
  const thin: Curve['points'] = [];
  let parts = 0;
  let cost = 0;
  for (const [i, { time, speed }] of points.entries()) {
    parts++;
    cost += 1 / speed;
    const next = points[i + 1];
    if (next && bucketOf(next.time) === bucketOf(time)) continue;
    thin.push({ time, speed: parts / cost });
    parts = 0;
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
      const task: Task = { name: workload.name, kind: 'cpu', program: buildWorkload(workload.name), args, cwd: workFolder() };
      if (engine.cannot(task)) continue;
      const run = await engine.run(task, LIMIT_SECONDS);
      if (run.status !== 0) throw new Error(`${workload.name} in ${engine.label} ended with ${run.status}: ${run.stderr.trim()}`);
      const parts = partsOf(run.stdout, points);
      const perRound = median(parts.map((end, i) => end - (i > 0 ? parts[i - 1]! : 0))) / 1e9 / (rounds / points);
      if (engine.id === 'native') native = perRound;
      curves.push({
        name: workload.name,
        engine: engine.id,
        points: thinned(curvePoints(parts, run.wall, (native * rounds) / points), POINTS_PER_DECADE),
      });
    }
  }
  return curves;
}
