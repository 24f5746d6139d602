import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeHost } from '../node/host.js';
import { checkJob } from './check-job.js';
import { JobRoots, runJob } from './run-job.js';

const openFiles = (): number => readdirSync('/proc/self/fd').length;

test('files of the host that a job’s end looked at are closed with it', async () => {
  const roots = new JobRoots();
  const job = checkJob({ program: 'true', root: '/', expect: { files: { '/etc/hosts': { matches: '' } } } }, 1, {}, '/');
  expect((await runJob(job, nodeHost, roots)).result).toMatchObject({ ok: true });
  const before = openFiles();
  for (let i = 0; i < 4; i++) await runJob(job, nodeHost, roots);
  expect(openFiles()).toBeLessThanOrEqual(before + 1);
});
