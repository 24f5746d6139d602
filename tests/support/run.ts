import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = `${root}packages/cli/bin/ring3.js`;

export interface Outcome {
  stdout: string;
  stderr: string;
  /** Exit status as a shell shows it: 128 + N for signal N. */
  status: number;
}

export interface RunSettings {
  stdin?: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Milliseconds after which the run is killed and the test fails. */
  timeout?: number;
}

const signals: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/**
 * What both sides get, so that nothing of the environment makes a difference. HOME has no .bashrc: bash reads it where its input is a
 * socket, as node's pipes are.
 */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  TERM: 'dumb',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
};

function execute(
  command: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
  settings: RunSettings,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: settings.cwd ?? root, env, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(settings.stdin ?? '');
    // What it left behind may hold the pipes open: they are closed from here.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    }, settings.timeout ?? 50_000);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const status = code ?? 128 + (signals[signal ?? ''] ?? 0);
      resolve({ stdout: Buffer.concat(out).toString('latin1'), stderr: Buffer.concat(err).toString('latin1'), status });
    });
  });
}

/** The program on this machine's own processor and kernel. */
export function native(argv: readonly string[], settings: RunSettings = {}): Promise<Outcome> {
  return execute(argv[0]!, argv.slice(1), { ...environment, ...settings.env }, settings);
}

/** The ring3 command with these arguments. */
export function ring3(args: readonly string[], settings: RunSettings = {}): Promise<Outcome> {
  return execute(process.execPath, [cli, ...args], { ...process.env, ...settings.env }, settings);
}

/** The same command line in Ring3 against this system's files, with the environment of `native`. */
export function emulated(argv: readonly string[], settings: RunSettings = {}, options: readonly string[] = []): Promise<Outcome> {
  const env = Object.entries({ ...environment, ...settings.env }).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  return ring3(['run', '--root', '/', ...options, ...env, '--', ...argv], settings);
}

/** Is a command there? */
export function have(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v "$1"`, 'sh', command]).status === 0;
}
