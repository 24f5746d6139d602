// npm test: set-up, then every check in the order in which failures are cheapest to read, then one closing line for machines and people.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { isDebian, isRoot, readJson, root, setupOrExit } from './setup.mjs';

await setupOrExit('test');

const checks = [
  ['lint', ['npm', 'run', '--silent', 'lint']],
  ['format', ['npm', 'run', '--silent', 'format:check']],
  ['generated files', ['npm', 'run', '--silent', 'generate', '--', '--check']],
  ['types of tests', ['npx', 'tsc', '--noEmit', '-p', 'tests']],
];
let passed = 0;
let failed = 0;
for (const [name, [command, ...args]] of checks) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (done.status === 0) passed++;
  else {
    failed++;
    process.stdout.write(`FAIL ${name}\n${done.stdout}${done.stderr}\n`);
  }
}

mkdirSync(`${root}/.cache`, { recursive: true });
const report = `${root}/.cache/vitest.json`;
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const vitest = spawnSync('npx', ['vitest', 'run', ...reporters, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });

const skipped = [];
try {
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    if (file.assertionResults.length === 0 && file.status === 'failed') failed++;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failed++;
      else skipped.push(test.fullName);
    }
  }
} catch (error) {
  process.stdout.write(`no test report: ${error.message}\n`);
  failed++;
}
if (vitest.status !== 0 && failed === 0) failed++;

const { chromiumPath } = await import('./chromium.mjs');
if (!chromiumPath()) skipped.push('tests in a browser');

const reasons = readJson('tests/skips.json');
for (const name of skipped) {
  const reason = reasons[name];
  process.stdout.write(`skipped: ${name}${reason ? ` (${reason})` : ''}\n`);
  if (!reason && isDebian && isRoot) {
    process.stdout.write(`FAIL a skip without a reason in tests/skips.json: ${name}\n`);
    failed++;
  }
}
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
process.exit(failed ? 1 : 0);
