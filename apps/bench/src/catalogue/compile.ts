import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cache, timerSource, workloadSources } from '../places.js';

/** Builds one C file unless that was done since it or a header beside it changed last. @returns the program's path */
function compile(source: string, program: string, compiler: readonly string[]): string {
  const headers = readdirSync(dirname(source)).filter((name) => name.endsWith('.h'));
  const changed = Math.max(...[source, ...headers.map((name) => join(dirname(source), name))].map((path) => statSync(path).mtimeMs));
  if (existsSync(program) && statSync(program).mtimeMs > changed) return program;
  mkdirSync(dirname(program), { recursive: true });
  const [command, ...options] = compiler;
  execFileSync(command!, [...options, '-o', program, source, '-lm'], { stdio: ['ignore', 'inherit', 'inherit'] });
  return program;
}

/** @returns path of a static program for this system */
export function buildWorkload(name: string): string {
  return compile(join(workloadSources, `${name}.c`), join(cache, 'programs', name), ['gcc', '-O2', '-static']);
}

/** The same C as WebAssembly for WASI. */
export function buildWasm(name: string): string {
  return compile(join(workloadSources, `${name}.c`), join(cache, 'wasm', `${name}.wasm`), ['clang', '-O2', '--target=wasm32-wasi']);
}

/** The wrapper that reports a child's times. */
export function buildTimer(): string {
  return compile(timerSource, join(cache, 'cpu-time'), ['gcc', '-O2', '-static']);
}
