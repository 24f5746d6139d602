import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { cpuWorkloads, curveWorkloads } from './catalogue/workloads.js';
import { startEngines } from './engines/engines.js';
import type { Engine } from './engines/engine.js';
import { measureMemory } from './measure/memory.js';
import { type Filter, filterOf, makePlan, type Plan } from './measure/plan.js';
import { type Progress, Rounds } from './measure/rounds.js';
import { measureStarts } from './measure/starts.js';
import { measureCurves } from './measure/warm-up.js';
import { type Options, UsageError } from './options.js';
import { checkout } from './places.js';
import type { BenchResult, Curve } from './result.js';

/** Starts are short: their rounds are cheap. */
const START_ROUNDS = 7;
const MEMORY_SAMPLES = 3;
/** Of both, in a quick run. */
const QUICK_SAMPLES = 2;

function git(...args: string[]): string | null {
  try {
    return execFileSync('git', ['-C', checkout, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

async function doRounds(engines: readonly Engine[], plan: Plan, options: Options, progress: Progress): Promise<Rounds> {
  const rounds = new Rounds(engines, plan.rows, progress);
  const deadline = performance.now() + options.budget * 1000;
  for (let i = 0; i < options.rounds && (i === 0 || performance.now() < deadline); i++) await rounds.run(options.rounds, deadline);
  return rounds;
}

async function curves(wanted: Filter, options: Options, engines: readonly Engine[], progress: Progress): Promise<Curve[]> {
  const named = options.filter?.some((word) => cpuWorkloads.some(({ name }) => name.includes(word)));
  const chosen = cpuWorkloads.filter(({ name }) => wanted(name, 'warm-up') && (named || curveWorkloads.includes(name)));
  return options.quick || chosen.length === 0 ? [] : measureCurves(chosen, engines, options.scale, progress);
}

/** Measures what the options want. @throws UsageError nothing has such a name; Error a native run failed */
export async function bench(options: Options, progress: Progress): Promise<BenchResult> {
  const wanted = filterOf(options.filter);
  progress('programs and inputs are made');
  const plan = makePlan(wanted, options.quick, options.scale);
  const samples = (usual: number): number => (options.quick ? QUICK_SAMPLES : usual);
  const withMemory = wanted('memory', 'memory');
  const withCurves = !options.quick && wanted('warm-up', 'warm-up');
  const nothing = plan.rows.length + plan.starts.length === 0 && !withMemory && !withCurves;
  if (nothing) {
    const reasons = Object.values(plan.notHere);
    throw new UsageError(reasons.length > 0 ? reasons.join('; ') : `--filter ${options.filter!.join(',')}: nothing has such a name`);
  }
  const { engines, notHere } = await startEngines(options.engines);
  try {
    const rounds = await doRounds(engines, plan, options, progress);
    return {
      version: 1,
      date: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      commit: git('rev-parse', 'HEAD'),
      dirty: git('status', '--porcelain', '--untracked-files=no') !== '',
      cpu: cpus()[0]?.model ?? 'unknown processor',
      node: process.version,
      quick: options.quick,
      scale: options.scale,
      rounds: rounds.count,
      rows: rounds.rows(),
      starts: plan.starts.length > 0 ? await measureStarts(plan.starts, samples(START_ROUNDS), progress) : null,
      memory: withMemory ? await measureMemory(samples(MEMORY_SAMPLES), progress) : null,
      curves: await curves(wanted, options, engines, progress),
      engines: rounds.engineInfos(),
      notHere: { ...notHere, ...plan.notHere, ...rounds.leftOut() },
    };
  } finally {
    for (const engine of engines) await engine.stop();
  }
}
