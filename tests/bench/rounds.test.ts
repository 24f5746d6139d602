import { expect, test } from 'vitest';
import { buildWorkload } from '../../apps/bench/src/catalogue/compile.js';
import type { Engine, EngineRun, Task } from '../../apps/bench/src/engines/engine.js';
import { type PlannedRow, workFolder } from '../../apps/bench/src/measure/plan.js';
import { Rounds } from '../../apps/bench/src/measure/rounds.js';

/** An engine of which is known what it takes and prints. */
class FakeEngine implements Engine {
  readonly label: string;
  readonly detail = 'made up';
  readonly slow: boolean;
  readonly ran: string[] = [];

  constructor(
    readonly id: string,
    private readonly answer: (task: Task, run: number) => Partial<EngineRun> | string,
    slow = false,
  ) {
    this.label = id;
    this.slow = slow;
  }

  cannot({ name }: Task): string | null {
    return name === 'forbidden' ? 'not for it' : null;
  }

  async run(task: Task): Promise<EngineRun> {
    this.ran.push(task.name);
    const answer =
      task.name === 'empty' ? { cpu: 0.5, wall: 0.5 } : this.answer(task, this.ran.filter((name) => name === task.name).length);
    if (typeof answer === 'string') throw new Error(answer);
    return { cpu: 0, wall: 0, status: 0, digest: 'same', stdout: 'out', stderr: '', stats: null, ticks: [], ...answer };
  }

  async stop(): Promise<void> {}
}

function planned(name: string, more: Partial<PlannedRow> = {}): PlannedRow {
  const task: Task = { name, kind: 'cpu', program: buildWorkload('empty'), args: ['1'], cwd: workFolder() };
  return { task, size: 'short', about: '', operations: null, ...more };
}

async function measure(engines: Engine[], rows: PlannedRow[], count: number, deadline = Infinity): Promise<Rounds> {
  const rounds = new Rounds(engines, rows, () => {});
  for (let i = 0; i < count; i++) await rounds.run(count, deadline);
  return rounds;
}

const native = (): FakeEngine => new FakeEngine('native', (_, run) => ({ cpu: 0.5 + run, wall: 0.5 + 2 * run }));

test('start-up is taken off, and ratios are to the same round', async () => {
  const other = new FakeEngine('other', (_, run) => ({ cpu: 0.5 + 3 * run, wall: 0.5 + 4 * run, stats: { instructions: 12e6 } }));
  const [row] = (await measure([native(), other], [planned('a')], 3)).rows();
  expect(row!.native).toMatchObject({ median: 2, min: 1, max: 3 });
  expect(row!.measured['other']).toMatchObject({
    cpu: { median: 6 },
    ratio: { median: 3, min: 3, max: 3, mad: 0, count: 3 },
    wallRatio: { median: 2 },
    mips: 2,
  });
});

test('another output, exit status or error is a failure without a figure, and is not run again', async () => {
  const wrong = new FakeEngine('wrong', () => ({ cpu: 2, digest: 'other', stdout: 'nonsense' }));
  const status = new FakeEngine('status', () => ({ cpu: 2, status: 139, stderr: 'boom' }));
  const late = new FakeEngine('late', (_, run) => (run > 1 ? 'not done after 60 s' : { cpu: 2 }));
  const [row] = (await measure([native(), wrong, status, late], [planned('a')], 3)).rows();
  expect(row!.measured).toEqual({});
  expect(row!.missing).toEqual({
    wrong: { reason: 'its output differs: "nonsense", natively "out"', cannot: false },
    status: { reason: 'exit status 139, natively 0: boom', cannot: false },
    late: { reason: 'not done after 60 s', cannot: false },
  });
  expect(wrong.ran.filter((name) => name === 'a')).toHaveLength(1);
});

test('what is not for an engine is not run there', async () => {
  const other = new FakeEngine('other', () => ({ cpu: 2 }), true);
  const rounds = await measure([native(), other], [planned('forbidden'), planned('a', { size: 'long' }), planned('a')], 1);
  expect(rounds.rows().map(({ missing }) => missing['other'])).toEqual([
    { reason: 'not for it', cannot: true },
    { reason: 'only short runs', cannot: true },
    undefined,
  ]);
  expect(other.ran).toEqual(['empty', 'a']);
});

test('engines change their order from round to round', async () => {
  const order: string[] = [];
  const engine = (id: string): FakeEngine =>
    new FakeEngine(id, () => {
      order.push(id);
      return { cpu: 2 };
    });
  await measure([native(), engine('x'), engine('y')], [planned('a')], 2);
  expect(order).toEqual(['x', 'y', 'y', 'x']);
});

test('rows for which there is no time are named', async () => {
  const rounds = await measure([native()], [planned('a'), planned('b')], 1, performance.now() - 1);
  expect(rounds.rows()).toEqual([]);
  expect(rounds.leftOut()).toEqual({ a: 'no time was left', b: 'no time was left' });
});

test('a native failure ends the run', async () => {
  const failing = new FakeEngine('native', () => ({ status: 2, stderr: 'no' }));
  await expect(measure([failing], [planned('a')], 1)).rejects.toThrow('a fails natively (2): no');
});
