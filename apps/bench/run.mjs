// npm run bench: CPU time of Ring3 against native, interleaved in one run, outputs compared.
import { existsSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measurePrograms } from './src/program-runs.mjs';
import { printPrograms, printWorkloads } from './src/report.mjs';
import { programs, workloads } from './src/workloads.mjs';
import { measureWorkloads } from './src/workload-runs.mjs';

const usage = `usage: npm run bench -- [--filter WORD[,WORD…]] [--rounds N] [--quick] [--json FILE]

  --filter   only workloads and programs whose name, or kind (cpu, kernel, start), contains one of the words
  --rounds   interleaved rounds (default 5)
  --quick    a fifth of the iterations, 2 rounds
  --json     write the figures to FILE as well
`;

const { values } = parseArgs({
  options: {
    filter: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

function fail(message) {
  process.stderr.write(`bench: ${message}\n`);
  process.exit(1);
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
if (platform() !== 'linux' || arch() !== 'x64') fail('needs x86-64 Linux: native runs are the yardstick');
if (!existsSync(fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url))))
  fail('the ring3 command is not built: npm run setup');
const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
if (!Number.isInteger(rounds) || rounds < 1) fail(`--rounds ${values.rounds}: not a number of rounds`);
const words = values.filter?.split(',') ?? [''];
const wanted = ({ name, kind }) => words.some((word) => name.includes(word) || kind.includes(word));
const chosen = workloads.filter(wanted);
const started = programs.filter(({ name }) => wanted({ name, kind: 'start' }));
if (!chosen.length && !started.length) fail(`--filter ${values.filter}: nothing has that name`);

const result = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', rounds };
if (chosen.length) {
  result.workloads = measureWorkloads(chosen, rounds, values.quick ? 0.2 : 1, progress);
  progress('');
  printWorkloads(result.workloads);
}
if (started.length) {
  if (chosen.length) console.log();
  result.programs = measurePrograms(started, rounds, progress);
  progress('');
  printPrograms(result.programs);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
