import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job, JobResult } from './job.js';
import { JobLine } from './job-lines.js';
import type { PoolOptions, PoolProgress } from './options.js';
import { runPool } from './run-pool.js';

/** A thread that does what a job's program says, without a machine: what the pool does about threads is tested here. */
const script = `
import { parentPort, threadId } from 'node:worker_threads';
const result = (job, ok = true) => ({
  id: job.id, ok, failures: [], exit: { code: ok ? 0 : 1, signal: null, limit: null }, stdout: String(threadId), stderr: '', stats: null,
});
parentPort.on('message', ({ job }) => {
  const answer = (ok, grown = 0) => parentPort.postMessage({ result: result(job, ok), grown });
  const [what, ms] = job.program.split(' ');
  if (what === 'fail') answer(false);
  else if (what === 'sleep') setTimeout(answer, Number(ms), true);
  else if (what === 'hang') for (;;);
  else if (what === 'silent') return;
  else if (what === 'throw') throw new Error('broken inside');
  else if (what === 'exit') process.exit(3);
  else if (what === 'heap') { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); }
  else answer(true, what === 'grow' ? 2 ** 30 : 0);
});`;

let folder = '';
let workerUrl: URL;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pool-'));
  const path = join(folder, 'worker.mjs');
  writeFileSync(path, script);
  workerUrl = pathToFileURL(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

const jobs = (...programs: string[]): Job[] => programs.map((program) => ({ program }));

async function results(from: Parameters<typeof runPool>[0], options: PoolOptions = {}): Promise<JobResult[]> {
  const all: JobResult[] = [];
  for await (const result of runPool(from, { workers: 2, workerUrl, ...options })) all.push(result);
  return all;
}

const ids = (all: readonly JobResult[]): (string | number)[] => all.map(({ id }) => id);

describe('order', () => {
  const uneven = jobs('sleep 150', 'sleep 1', 'sleep 50', 'sleep 1');

  it('as the jobs came', async () => {
    expect(ids(await results(uneven))).toEqual([1, 2, 3, 4]);
  });

  it('as they end', async () => {
    expect(ids(await results(uneven, { order: 'completion' }))).toEqual([2, 3, 4, 1]);
  });

  it('jobs are taken one by one, when there is a thread', async () => {
    let taken = 0;
    let most = 0;
    let given = 0;
    async function* source(): AsyncGenerator<Job> {
      for (; taken < 500; taken++) {
        most = Math.max(most, taken - given);
        yield { program: taken === 0 ? 'sleep 300' : 'ok' };
      }
    }
    for await (const _ of runPool(source(), { workers: 2, workerUrl })) given++;
    expect(given).toBe(500);
    // While the first one sleeps, the others do not run ahead without end.
    expect(most).toBeLessThanOrEqual(64);
  });

  it('results come while the source waits', async () => {
    let release = (): void => {};
    async function* source(): AsyncGenerator<Job> {
      yield { program: 'ok' };
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      yield { program: 'ok' };
    }
    const iterator = runPool(source(), { workerUrl });
    expect((await iterator.next()).value).toMatchObject({ id: 1, ok: true });
    release();
    expect((await iterator.next()).value).toMatchObject({ id: 2, ok: true });
    expect((await iterator.next()).done).toBe(true);
  });

  it('no jobs', async () => {
    expect(await results([])).toEqual([]);
  });
});

describe('threads', () => {
  it('are used again', async () => {
    const threads = new Set((await results(Array.from({ length: 20 }, () => ({ program: 'ok' })))).map(({ stdout }) => stdout));
    expect(threads.size).toBeLessThanOrEqual(2);
  });

  it('one whose machine was large is replaced', async () => {
    const threads = (await results(jobs('grow', 'ok', 'ok'), { workers: 1 })).map(({ stdout }) => stdout);
    expect(threads[1]).not.toBe(threads[0]);
    expect(threads[2]).toBe(threads[1]);
  });

  it.each<[string, RegExp, string]>([
    ['throw', /^its thread has died: broken inside$/, 'internal'],
    ['exit', /^its thread ended with exit code 3$/, 'internal'],
    ['heap', /^its thread has died: .*memory/, 'out-of-host-memory'],
    ['hang', /^its thread gave no answer 1.5 s after the limit of wallTime \(0.1 s\) and was ended$/, 'internal'],
    ['silent', /^its thread gave no answer/, 'internal'],
  ])('a job with %s disturbs no other', { timeout: 60_000 }, async (program, message, id) => {
    const options = { workers: 1, grace: 1500, defaults: { limits: { wallTime: program === 'heap' ? 60_000 : 100 } } };
    const all = await results(jobs('ok', program, 'ok', program, 'ok'), options);
    expect(all.map(({ ok }) => ok)).toEqual([true, false, true, false, true]);
    expect(ids(all)).toEqual([1, 2, 3, 4, 5]);
    for (const bad of [all[1]!, all[3]!]) {
      expect(bad.error).toMatchObject({ id, message: expect.stringMatching(message) });
      expect(bad.exit).toBeNull();
    }
  });
});

describe('malformed jobs', () => {
  it('have results in their place', async () => {
    const bad = { program: 3 } as unknown as Job;
    const all = await results([
      { program: 'ok' },
      bad,
      new JobLine(7, null, 'is not JSON: …'),
      new JobLine(9, { id: 'x', program: 'ok', agrs: [] }),
    ]);
    expect(all.map(({ ok }) => ok)).toEqual([true, false, false, false]);
    expect(all.slice(1).map(({ id, error }) => [id, error])).toMatchObject([
      [2, { id: 'malformed', message: 'program: must be a text, not the number 3', field: 'program' }],
      [3, { id: 'malformed', message: 'line 7: is not JSON: …', line: 7 }],
      [
        'x',
        {
          id: 'malformed',
          message: expect.stringMatching(/^line 9: agrs: is not known here \(did you mean args\?\)/),
          line: 9,
          field: 'agrs',
        },
      ],
    ]);
  });

  it('an id that is taken', async () => {
    const all = await results([
      { id: 'a', program: 'ok' },
      { id: 'a', program: 'ok' },
    ]);
    expect(all[1]!.error).toMatchObject({ message: 'id: "a" is the id of job 1 too', field: 'id' });
  });
});

describe('ending', () => {
  it('failFast stops at the first that is not ok', async () => {
    const endless = (function* (): Generator<Job> {
      for (let i = 0; ; i++) yield { program: i === 5 ? 'fail' : 'ok' };
    })();
    const all = await results(endless, { failFast: true });
    expect(all.filter(({ ok }) => !ok)).toHaveLength(1);
    expect(all.length).toBeLessThanOrEqual(8);
  });

  it('failFast waits for no job that runs', async () => {
    const start = performance.now();
    const all = await results(jobs('hang', 'fail'), { failFast: true });
    expect(ids(all)).toEqual([2]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('an abort ends the threads, whatever they do', async () => {
    const controller = new AbortController();
    const iteration = results(jobs('hang', 'hang', 'ok'), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(iteration).rejects.toThrow('enough');
    await expect(results(jobs('ok'), { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('who leaves the iteration ends the source and the threads', async () => {
    let ended = false;
    const source = (async function* (): AsyncGenerator<Job> {
      try {
        for (;;) yield { program: 'sleep 1' };
      } finally {
        ended = true;
      }
    })();
    for await (const { ok } of runPool(source, { workers: 2, workerUrl })) {
      expect(ok).toBe(true);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ended).toBe(true);
  });

  it('a source that throws', async () => {
    const source = (async function* (): AsyncGenerator<Job> {
      yield { program: 'sleep 100' };
      throw new Error('cannot read on');
    })();
    const seen: JobResult[] = [];
    const iteration = (async () => {
      for await (const result of runPool(source, { workers: 2, workerUrl })) seen.push(result);
    })();
    await expect(iteration).rejects.toThrow('cannot read on');
    expect(ids(seen)).toEqual([1]);
  });

  it('a callback that throws', async () => {
    const onProgress = (): void => {
      throw new Error('no progress');
    };
    await expect(results(jobs('ok', 'ok'), { onProgress })).rejects.toThrow('no progress');
  });

  it('a number of workers that is none', () => {
    for (const workers of [0, -1, 1.5, NaN]) expect(() => runPool([], { workers })).toThrow(/^workers: /);
  });
});

it('progress', async () => {
  const seen: PoolProgress[] = [];
  await results(jobs('ok', 'fail', 'ok'), { workers: 1, onProgress: (progress) => seen.push(progress) });
  expect(seen).toEqual([
    { running: 1, done: 0, failed: 0 },
    { running: 0, done: 1, failed: 0 },
    { running: 1, done: 1, failed: 0 },
    { running: 0, done: 2, failed: 1 },
    { running: 1, done: 2, failed: 1 },
    { running: 0, done: 3, failed: 1 },
  ]);
});
