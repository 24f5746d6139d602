import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const output = fileURLToPath(new URL('../../../.cache/bench/', import.meta.url));

/** Builds one C file with the host's compiler unless that was done since its last change. Returns the program's path. */
function compile(source, name) {
  const program = join(output, name);
  if (existsSync(program) && statSync(program).mtimeMs >= statSync(source).mtimeMs) return program;
  execFileSync('gcc', ['-O2', '-static', '-o', program, source, '-lm'], { stdio: ['ignore', 'inherit', 'inherit'] });
  return program;
}

export function buildWorkload(name) {
  mkdirSync(output, { recursive: true });
  return compile(join(here, '../workloads', `${name}.c`), name);
}

/** The wrapper that reports a child's CPU time. */
export function buildTimer() {
  mkdirSync(output, { recursive: true });
  return compile(join(here, 'cpu-time.c'), 'cpu-time');
}
