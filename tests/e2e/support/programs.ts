import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { root } from '../../support/run.js';

/** Where what the pages run lies: serve it beside the page. */
export const programs = `${root}.cache/e2e/`;

/** Compiles a program of tests/e2e/programs, statically. @returns its path */
export function buildProgram(name: string): string {
  mkdirSync(programs, { recursive: true });
  const source = `${root}tests/e2e/programs/${name}.c`;
  const out = `${programs}${name}`;
  if (existsSync(out) && statSync(out).mtimeMs > statSync(source).mtimeMs) return out;
  const done = spawnSync('gcc', ['-static', '-O1', '-Wall', '-o', out, source], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`gcc ${source}: ${done.stderr || done.error?.message}`);
  return out;
}
