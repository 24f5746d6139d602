import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { buildTimer } from '../catalogue/compile.js';
import type { TimedRun } from './engine.js';

/** What every program gets, natively and elsewhere. Nothing of the caller's environment makes a difference. */
export const environment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  LC_ALL: 'C',
};

/** Text that is kept of an output whose digest is what counts. */
const KEPT = 1 << 16;

/** @returns absolute path of a command of this system; null: there is none */
export function find(command: string, path = environment['PATH']!): string | null {
  for (const folder of path.split(':')) {
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return null;
}

const NO_TIMES = 'it was killed, or cannot be started';

/**
 * Runs a command in `cwd` and measures it.
 * @param limit seconds of wall time after which it is killed
 * @param ticks note when it writes lines to stderr
 * @throws Error it was killed for its time, or could not be measured
 */
export function timed(command: readonly string[], cwd: string, limit: number, ticks = false): Promise<TimedRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(buildTimer(), [...(ticks ? ['-t'] : []), ...command], {
      cwd,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const hash = createHash('sha256');
    let stdout = '';
    let stderr = '';
    let times = '';
    let late = false;
    child.stdout!.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      if (stdout.length < KEPT) stdout += chunk.toString('latin1');
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-KEPT);
    });
    child.stdio[3]!.on('data', (chunk: Buffer) => {
      times += chunk.toString();
    });
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      const lines = times.trim().split('\n');
      const [user, system, wall] = lines.pop()!.split(' ').map(Number);
      if (late) reject(new Error(`not done after ${limit.toFixed(0)} s`));
      else if (code === null || wall === undefined) reject(new Error(`${command.join(' ')}: ${NO_TIMES}\n${stderr}`));
      else {
        const seconds = lines.map((line) => Number(line) / 1e9);
        resolve({
          cpu: (user! + system!) / 1e6,
          wall: wall / 1e6,
          status: code,
          digest: hash.digest('hex'),
          stdout,
          stderr,
          ticks: seconds,
        });
      }
    });
  });
}
