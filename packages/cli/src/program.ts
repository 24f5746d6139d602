import { resolve } from 'node:path';
import { DEFAULT_PATH, type MachineEngine } from '@ring3/machine/engine';
import type { RunOptions } from './run-options.js';

/** What the guest's program gets: a minimum, or with --env-host all of the host's; then what -e says. */
export function environment(options: RunOptions): string[] {
  const env = new Map<string, string>();
  if (options.envHost) for (const [name, value] of Object.entries(process.env)) env.set(name, value ?? '');
  else {
    env.set('PATH', DEFAULT_PATH);
    env.set('HOME', options.uid === 0 ? '/root' : '/');
    env.set('TERM', process.env['TERM'] ?? 'dumb');
  }
  for (const item of options.env) {
    const at = item.indexOf('=');
    const name = at < 0 ? item : item.slice(0, at);
    const value = at < 0 ? process.env[name] : item.slice(at + 1);
    if (value !== undefined) env.set(name, value);
  }
  return [...env].map(([name, value]) => `${name}=${value}`);
}

/** Where PROGRAM is in the guest; null when nowhere. */
export function findProgram(machine: MachineEngine, options: RunOptions, env: readonly string[]): string | null {
  const program = options.program!;
  if (program.includes('/')) {
    if (machine.files.exists(program, workingDirectory(options))) return program;
    const absolute = resolve(program);
    return machine.files.exists(absolute, '/') ? absolute : null;
  }
  const path = env.find((item) => item.startsWith('PATH='))?.slice(5) ?? DEFAULT_PATH;
  for (const folder of path.split(':')) {
    const candidate = `${folder || '.'}/${program}`;
    if (machine.files.isExecutable(candidate, workingDirectory(options))) return candidate;
  }
  return null;
}

/** --root / keeps the host's working directory; elsewhere it is the guest's root. */
export function workingDirectory({ cwd, root }: RunOptions): string {
  return cwd ?? (root === '/' ? process.cwd() : '/');
}
