import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildTimer } from './build.mjs';

const ring3 = fileURLToPath(new URL('../../../packages/cli/bin/ring3.js', import.meta.url));
const timer = buildTimer();
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/' };

/** Runs a command. `seconds` is its CPU time, user and system, with its children's; `error` is what it wrote to stderr. */
export function time(command) {
  const run = spawnSync(timer, command, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 24 });
  if (run.error) throw run.error;
  const [user, system] = run.output[3].trim().split(' ').map(Number);
  return { seconds: (user + system) / 1e6, output: run.stdout, error: run.stderr, status: run.status };
}

/** The same under Ring3, with the number of guest instructions. */
export function timeGuest(argv, options = []) {
  const run = time([process.execPath, ring3, 'run', '--stats', ...options, '--', ...argv]);
  const instructions = /^instructions\s+([\d,]+)$/m.exec(run.error);
  if (!instructions) throw new Error(`ring3 run ${argv.join(' ')}: no statistics in\n${run.error}`);
  return { ...run, instructions: Number(instructions[1].replaceAll(',', '')) };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and greatest. */
export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
