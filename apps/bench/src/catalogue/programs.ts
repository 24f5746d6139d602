import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { find } from '../engines/process.js';
import { checkout, scripts } from '../places.js';
import { makeInput } from './inputs.js';

/** A real program of this system. */
export interface ProgramCase {
  name: string;
  about: string;
  /** Its command line, for so many times the work that takes some two seconds natively; a string: why it is not here. */
  command(scale: number): string[] | string;
}

/** The first of these that is installed. */
function first(...commands: string[]): string | null {
  for (const command of commands) {
    const path = find(command);
    if (path) return path;
  }
  return null;
}

/** A program with arguments, if it is there. */
function withCommand(commands: string[], args: () => string[]): string[] | string {
  const path = first(...commands);
  return path ? [path, ...args()] : `${commands.join(', ')}: not installed`;
}

const size = (full: number, scale: number): number => Math.max(1, Math.round(full * scale));
const script = (name: string): string => join(scripts, name);

function sqlite(scale: number): string[] | string {
  const input = (): string => makeInput('sql', size(600_000, scale));
  const command = first('sqlite3');
  if (command) return [command, '-batch', '-init', '/dev/null', ':memory:', `.read ${input()}`];
  const python = first('python3');
  return python ? [python, '-S', script('inserts.py'), input()] : 'neither sqlite3 nor python3 is installed';
}

/** It is a Go program without a package of Debian's in most releases: node_modules may have it. */
function esbuild(scale: number): string[] | string {
  const candidates = [join(checkout, 'node_modules/@esbuild/linux-x64/bin/esbuild'), find('esbuild', process.env['PATH'] ?? '')];
  const path = candidates.find((one) => one && existsSync(one));
  if (!path) return 'esbuild: neither in node_modules nor on PATH';
  return [path, makeInput('js', size(20_000, scale)), '--bundle', '--minify', '--format=esm'];
}

export const programs: readonly ProgramCase[] = [
  {
    name: 'lua',
    about: 'a Lua script',
    command: (scale) => withCommand(['lua5.4', 'lua5.3', 'lua'], () => [script('work.lua'), `${size(3000, scale)}`]),
  },
  {
    name: 'python',
    about: 'a Python script',
    command: (scale) => withCommand(['python3'], () => ['-S', script('work.py'), `${size(3000, scale)}`]),
  },
  { name: 'sqlite', about: 'inserts with an index, in memory', command: sqlite },
  {
    name: 'busybox-gzip',
    about: 'busybox gzip, 20 MB of text',
    command: (scale) => withCommand(['busybox'], () => ['gzip', '-c', makeInput('text', size(20_000_000, scale))]),
  },
  {
    name: 'awk',
    about: 'words counted by awk',
    command: (scale) => withCommand(['gawk', 'mawk', 'awk'], () => ['-f', script('count.awk'), makeInput('text', size(40_000_000, scale))]),
  },
  {
    name: 'sort',
    about: 'sort of lines',
    command: (scale) => withCommand(['sort'], () => ['--parallel=1', makeInput('lines', size(3_000_000, scale))]),
  },
  {
    name: 'bash',
    about: 'a bash script without other programs',
    command: (scale) => withCommand(['bash'], () => [script('work.sh'), `${size(55_000, scale)}`]),
  },
  {
    name: 'tcc',
    about: 'tcc compiles a large file',
    command: (scale) => {
      const tcc = first('tcc');
      if (!tcc) return 'tcc: not installed';
      return ['/bin/sh', '-c', `"${tcc}" -c "$1" -o bench.o && cksum bench.o`, 'sh', makeInput('c', size(100_000, scale))];
    },
  },
  { name: 'esbuild', about: 'esbuild bundles and minifies', command: esbuild },
];

/** Whole programs that do next to nothing: their cost is their start. */
export const starts: readonly ProgramCase[] = [
  { name: 'true', about: 'true', command: () => withCommand(['true'], () => []) },
  { name: 'bash-c', about: "bash -c 'true'", command: () => withCommand(['bash'], () => ['-c', 'true']) },
  {
    name: 'bash-loop',
    about: 'bash starts true ten times',
    command: () => withCommand(['bash'], () => ['-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done']),
  },
  { name: 'python-c', about: 'python3 -c 0', command: () => withCommand(['python3'], () => ['-c', '0']) },
];
