import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/run.js';

/** What pages and scripts use; with what these need of ours, it is what is packed. */
const USED = ['machine', 'element'];
const cache = `${root}.cache/consumers/`;
const tarballs = `${cache}tarballs/`;

interface Manifest {
  dependencies?: Record<string, string>;
}

function withDependencies(names: readonly string[], all = new Set<string>()): Set<string> {
  for (const name of names) {
    if (all.has(name)) continue;
    all.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8')) as Manifest;
    const ours = Object.keys(dependencies).filter((one) => one.startsWith('@ring3/'));
    withDependencies(
      ours.map((one) => one.slice('@ring3/'.length)),
      all,
    );
  }
  return all;
}

let packed: Record<string, string> | null = null;

/** npm pack of every package, once for all consumers. @returns the tarballs by package name */
function packAll(): Record<string, string> {
  if (packed) return packed;
  rmSync(tarballs, { recursive: true, force: true });
  mkdirSync(tarballs, { recursive: true });
  const result: Record<string, string> = {};
  for (const name of withDependencies(USED)) {
    const done = npm(`${root}packages/${name}`, ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs]);
    // An array in npm 10, an object by package name in later ones.
    const told = JSON.parse(done) as { filename: string }[] | Record<string, { filename: string }>;
    result[`@ring3/${name}`] = join(tarballs, Object.values(told)[0]!.filename);
  }
  return (packed = result);
}

/**
 * Installs a folder of tests/consumers as its user would: its own dependencies from the registry, ours from tarballs.
 * What is installed already stays. @returns where it is @throws Error with what npm said
 */
export function install(name: string): string {
  const tarball = packAll();
  const folder = `${cache}${name}/`;
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder))
    if (!['node_modules', 'package-lock.json', 'installed'].includes(entry)) rmSync(join(folder, entry), { recursive: true });
  cpSync(`${root}tests/consumers/${name}`, folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as Manifest;
  manifest.dependencies = {
    ...manifest.dependencies,
    ...Object.fromEntries(Object.entries(tarball).map(([one, file]) => [one, `file:${file}`])),
  };
  const text = JSON.stringify(manifest, null, 2);
  writeFileSync(`${folder}package.json`, text);

  const hash = createHash('sha256').update(text);
  for (const file of Object.values(tarball)) hash.update(readFileSync(file));
  const wanted = hash.digest('hex');
  const stamp = `${folder}installed`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder;
  // The same name and version with other contents: a lock file would have its old hash.
  rmSync(`${folder}package-lock.json`, { force: true });
  rmSync(`${folder}node_modules/@ring3`, { recursive: true, force: true });
  rmSync(`${folder}node_modules/.package-lock.json`, { force: true });
  npm(folder, ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']);
  writeFileSync(stamp, wanted);
  return folder;
}

function npm(cwd: string, args: string[]): string {
  return run(cwd, 'npm', args, 240_000);
}

/** @throws Error it fails: with all it said */
export function run(cwd: string, command: string, args: string[], timeout = 120_000): string {
  const env = { ...process.env, NODE_ENV: undefined, NODE_OPTIONS: undefined, VITEST: undefined, NEXT_TELEMETRY_DISABLED: '1', CI: '1' };
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', timeout, killSignal: 'SIGKILL', maxBuffer: 64 << 20, env });
  if (done.status !== 0)
    throw new Error(
      `${command} ${args.join(' ')} (in ${cwd}): ${done.error?.message ?? `exit status ${done.status}`}\n${done.stdout}${done.stderr}`,
    );
  return done.stdout;
}

/** Starts a server of its own; resolves with the address that `pattern` finds in what it prints. */
export function startServer(
  cwd: string,
  command: string,
  args: string[],
  pattern: RegExp,
): Promise<{ url: string; stop(): Promise<void> }> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: undefined, VITEST: undefined, NO_COLOR: '1' },
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(
      () => void stop().then(() => reject(new Error(`${command} ${args.join(' ')}: no address after 60 s\n${said}`))),
      60_000,
    );
    const read = (bytes: Buffer): void => {
      said += bytes.toString();
      const url = pattern.exec(said)?.[1];
      if (!url) return;
      clearTimeout(late);
      resolve({ url, stop });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`${command} ${args.join(' ')}: exit status ${code}\n${said}`));
    });
  });
}
