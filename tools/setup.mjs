// All the set-up that npm start and npm test need, step by step, each quick when there is nothing to do. No dependencies: it runs before npm ci.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Debian packages by what needs them. `for` says what is lost without it. */
export const debianPackages = {
  start: [],
  test: [
    'gcc',
    'libc6-dev',
    'musl-tools',
    'busybox-static',
    'dash',
    'bash',
    'coreutils',
    'grep',
    'sed',
    'gawk',
    'findutils',
    'tar',
    'gzip',
    'lua5.4',
    'luajit',
    'tcc',
    'strace',
    'binutils',
    'gdb',
    'python3',
    'xz-utils',
    'zstd',
    'chromium',
  ],
};

/** Prints a step's name, and how long it took when it took long enough to notice. */
async function step(name, work) {
  const start = Date.now();
  const show = process.stderr.isTTY;
  if (show) process.stderr.write(`  ${name} …`);
  const result = await work();
  const seconds = (Date.now() - start) / 1000;
  if (show) process.stderr.write('\r\x1b[K');
  if (result || seconds > 1) process.stderr.write(`  ${name}: ${result ?? 'done'} (${seconds.toFixed(1)} s)\n`);
}

/** Runs a command; its output appears only when it fails. */
function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.error || done.status !== 0) {
    process.stderr.write(`\n${done.stdout ?? ''}${done.stderr ?? ''}`);
    throw new SetupError(
      `${command} ${args.join(' ')} failed${done.error ? `: ${done.error.message}` : ` with exit status ${done.status}`}`,
    );
  }
  return done.stdout;
}

class SetupError extends Error {}

function newer(path, than) {
  return !existsSync(than) || statSync(path).mtimeMs > statSync(than).mtimeMs;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node ${process.versions.node} is too old: Ring3 needs Node 20.19 or newer`);
  }
}

function installDependencies() {
  if (!newer(`${root}/package-lock.json`, `${root}/node_modules/.package-lock.json`)) return undefined;
  run('npm', ['ci', '--no-audit', '--no-fund']);
  return 'installed';
}

export const isDebian = existsSync('/etc/debian_version');
export const isRoot = process.getuid?.() === 0;

function installed(name) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout.startsWith('install ok');
}

function installDebianPackages(names) {
  if (!isDebian) return names.length ? `not Debian: tests that need ${names.join(', ')} run only where these are found` : undefined;
  const missing = names.filter((name) => !installed(name));
  if (missing.length === 0) return undefined;
  if (!isRoot) return `missing: ${missing.join(' ')} (as root: apt-get install ${missing.join(' ')})`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  return `installed ${missing.join(' ')}`;
}

/** @param {string} packages as turbo's --filter names them; what they depend on is built first */
function build(packages) {
  run('npx', ['turbo', 'run', 'build', `--filter=${packages}`, '--output-logs=errors-only', '--no-update-notifier'], {
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
}

async function checkBrowser() {
  const { chromiumPath } = await import('./chromium.mjs');
  return chromiumPath() ? undefined : 'no Chromium: tests in a browser are left out (install it, or name one with RING3_CHROMIUM)';
}

async function fetchBaseImage() {
  const { fetchBaseImage: fetch } = await import('./fetch-base-image.mjs');
  return fetch({ progress: (line) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K  base image: ${line}`) });
}

/** @param {'start' | 'test'} purpose */
export async function setup(purpose) {
  checkNode();
  await step('npm packages', installDependencies);
  await step('Debian packages', () => installDebianPackages(debianPackages[purpose]));
  await step('build', () => build(purpose === 'start' ? '@ring3/cli' : './packages/*'));
  await step('base image', fetchBaseImage);
  if (purpose === 'test') {
    // It packs the base image.
    await step('playground', () => build('@ring3/playground'));
    await step('bench', () => build('@ring3/bench'));
    await step('browser', checkBrowser);
    const { buildGuestTests } = await import('./build-guest.mjs');
    await step('guest tests', buildGuestTests);
  }
}

/** Runs setup and turns its errors into one line and exit status 1. */
export async function setupOrExit(purpose) {
  try {
    await setup(purpose);
  } catch (error) {
    process.stderr.write(`set-up: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

export function readJson(path) {
  return JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setupOrExit(process.argv[2] === 'test' ? 'test' : 'start');
