import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, EngineRun, Task } from '../engines/engine.js';
import type { EngineInfo, Measured, Row } from '../result.js';
import { emptyTask, type PlannedRow, workFolder } from './plan.js';
import { spread } from './statistics.js';

/** Tells who watches what is being done. */
export type Progress = (text: string) => void;

interface Times {
  cpu: number;
  wall: number;
}

/** Runs of one row. */
interface Series {
  row: PlannedRow;
  native: Times[];
  byEngine: Map<string, { rounds: number[]; times: Times[]; last: EngineRun }>;
  missing: Row['missing'];
}

/** An engine may take so many times as long as native, and so many seconds more, before it is given up. */
const PATIENCE = { factor: 150, seconds: 60 };
/** Nothing here takes natively so long. */
const NATIVE_LIMIT_SECONDS = 120;
/** Nothing is faster than that: a run that is not longer than start-up counts as this. */
const LEAST_SECONDS = 1e-4;

function emptyWorkFolder(): void {
  const folder = workFolder();
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

async function runIn(engine: Engine, task: Task, limit: number): Promise<EngineRun> {
  emptyWorkFolder();
  return engine.run(task, limit);
}

/** null: as native did. */
function difference(native: EngineRun, here: EngineRun): string | null {
  if (native.status !== here.status) return `exit status ${here.status}, natively ${native.status}: ${here.stderr.slice(-400).trim()}`;
  if (native.digest === here.digest) return null;
  return `its output differs: ${JSON.stringify(here.stdout.slice(0, 80))}, natively ${JSON.stringify(native.stdout.slice(0, 80))}`;
}

/**
 * Rounds in which every row runs natively and, in turns, in each engine, so that what else the machine does meets all of them alike.
 * Outputs and exit statuses must be native's; who differs is a failure of its row.
 */
export class Rounds {
  private readonly series: Series[];
  private readonly starts = new Map<string, Times[]>();
  private done = 0;

  constructor(
    private readonly engines: readonly Engine[],
    rows: readonly PlannedRow[],
    private readonly progress: Progress,
  ) {
    this.series = rows.map((row) => ({ row, native: [], byEngine: new Map(), missing: {} }));
  }

  get count(): number {
    return this.done;
  }

  /**
   * One more.
   * @param deadline as performance.now() has it: rows that come later are left out
   * @throws Error a native run failed, or nothing runs in an engine
   */
  async run(of: number, deadline: number): Promise<void> {
    const [native, ...others] = this.engines;
    const empty = emptyTask();
    for (const engine of this.engines) {
      this.progress(`round ${this.done + 1}/${of}  start of ${engine.label}`);
      const run = await runIn(engine, empty, PATIENCE.seconds);
      if (run.status !== 0) throw new Error(`${engine.label}: the empty program ended with ${run.status}: ${run.stderr.trim()}`);
      const times = this.starts.get(engine.id) ?? [];
      times.push({ cpu: run.cpu, wall: run.wall });
      this.starts.set(engine.id, times);
    }
    for (const series of this.series) {
      if (performance.now() > deadline) break;
      await this.runRow(series, native!, others, of);
    }
    this.done++;
  }

  private async runRow(series: Series, native: Engine, others: readonly Engine[], of: number): Promise<void> {
    const { task, size } = series.row;
    const title = `round ${this.done + 1}/${of}  ${task.name}${size === 'short' ? ' (short)' : ''}`;
    this.progress(`${title}  native`);
    const yardstick = await runIn(native, task, NATIVE_LIMIT_SECONDS);
    if (yardstick.status !== 0) throw new Error(`${task.name} fails natively (${yardstick.status}): ${yardstick.stderr.trim()}`);
    series.native.push({ cpu: yardstick.cpu, wall: yardstick.wall });
    const limit = PATIENCE.seconds + PATIENCE.factor * yardstick.wall;
    for (let i = 0; i < others.length; i++) {
      // Who comes first changes from round to round.
      const engine = others[(i + this.done) % others.length]!;
      if (series.missing[engine.id]) continue;
      const cannot = engine.slow && size === 'long' ? 'only short runs' : engine.cannot(task);
      if (cannot) {
        series.missing[engine.id] = { reason: cannot, cannot: true };
        continue;
      }
      this.progress(`${title}  ${engine.label}`);
      const failed = await this.runHere(series, engine, yardstick, limit);
      if (failed) series.missing[engine.id] = { reason: failed, cannot: false };
    }
  }

  /** @returns what failed */
  private async runHere(series: Series, engine: Engine, yardstick: EngineRun, limit: number): Promise<string | null> {
    let run: EngineRun;
    try {
      run = await runIn(engine, series.row.task, limit);
    } catch (error) {
      return (error as Error).message;
    }
    const wrong = difference(yardstick, run);
    if (wrong) return wrong;
    const runs = series.byEngine.get(engine.id) ?? { rounds: [], times: [], last: run };
    runs.rounds.push(this.done);
    runs.times.push({ cpu: run.cpu, wall: run.wall });
    runs.last = run;
    series.byEngine.set(engine.id, runs);
    return null;
  }

  engineInfos(): EngineInfo[] {
    return this.engines.map(({ id, label, detail }) => {
      const times = this.starts.get(id)!;
      return { id, label, detail, start: spread(times.map(({ cpu }) => cpu)), startWall: spread(times.map(({ wall }) => wall)) };
    });
  }

  /** Rows that there was no time for, with that reason. */
  leftOut(): Record<string, string> {
    const names = this.series.filter(({ native }) => native.length === 0).map(({ row }) => [row.task.name, 'no time was left'] as const);
    return Object.fromEntries(names);
  }

  rows(): Row[] {
    const starts = new Map(this.engineInfos().map((info) => [info.id, { cpu: info.start.median, wall: info.startWall.median }]));
    return this.series.filter(({ native }) => native.length > 0).map((series) => finishedRow(series, starts));
  }
}

/** Start-up is what the empty program took in the same rounds. */
function finishedRow({ row, native, byEngine, missing }: Series, starts: ReadonlyMap<string, Times>): Row {
  const net = (times: readonly Times[], what: 'cpu' | 'wall', engine: string): number[] =>
    times.map((one) => Math.max(one[what] - starts.get(engine)![what], LEAST_SECONDS));
  const nativeCpu = net(native, 'cpu', 'native');
  const nativeWall = net(native, 'wall', 'native');
  const measured: Record<string, Measured> = {};
  for (const [id, { rounds, times, last }] of byEngine) {
    // A failure in a later round is told, and no figure.
    if (missing[id]) continue;
    const cpu = net(times, 'cpu', id);
    const wall = net(times, 'wall', id);
    const instructions = last.stats?.['instructions'];
    measured[id] = {
      cpu: spread(cpu),
      wall: spread(wall),
      ratio: spread(cpu.map((seconds, i) => seconds / nativeCpu[rounds[i]!]!)),
      wallRatio: spread(wall.map((seconds, i) => seconds / nativeWall[rounds[i]!]!)),
      mips: typeof instructions === 'number' ? instructions / spread(cpu).median / 1e6 : null,
      stats: last.stats,
    };
  }
  const { name, kind, args } = row.task;
  const { size, about, operations } = row;
  return { name, kind, size, about, args, operations, native: spread(nativeCpu), nativeWall: spread(nativeWall), measured, missing };
}
