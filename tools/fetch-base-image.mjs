// Fetches the Debian packages that tools/base-image.json names and packs them to .cache/base-image/{index.json,blob}: what `ring3 run`
// mounts without --root. Debian packages come through apt, which checks them, or, with RING3_DEBIAN_MIRROR set, from that mirror,
// checked against the SHA-256 sums of its package list.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const debs = join(root, '.cache', 'debs');
const target = join(root, '.cache', 'base-image');
const configFile = join(root, 'tools', 'base-image.json');

/** @returns {Promise<string | undefined>} what was done; undefined: nothing was to be done */
export async function fetchBaseImage({ progress = () => {} } = {}) {
  const text = readFileSync(configFile, 'utf8');
  const source = createHash('sha256')
    .update(text)
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex')
    .slice(0, 16);
  if (isCurrent(source)) return undefined;
  const config = JSON.parse(text);
  const names = Object.values(config.layers).flat();
  mkdirSync(debs, { recursive: true });

  const files = await fetchPackages(config, names, progress);
  const { readDeb, TreeBuilder, packImage } = await import('../packages/image/dist/index.js');
  const tree = new TreeBuilder();
  for (const [path, mode] of Object.entries(config.directories)) tree.add(entry(path, 'dir', parseInt(mode, 8)));
  for (const [path, link] of Object.entries(config.links)) tree.add({ ...entry(path, 'symlink', 0o777), target: link });
  const packages = [];
  for (const [i, file] of files.entries()) {
    progress(`${names[i]} (${i + 1}/${files.length})`);
    const { control, entries } = readDeb(readFileSync(file));
    const kept = entries.filter(({ path }) => isWanted(config, path.replace(/^\.?\//, '')));
    for (const one of kept) if (!isOwnLink(config, one)) tree.add(one);
    packages.push({
      name: control.get('Package'),
      version: control.get('Version'),
      licence: `usr/share/doc/${control.get('Package')}/copyright`,
    });
  }
  for (const [path, lines] of Object.entries(config.files)) {
    tree.add({ ...entry(path, 'file', 0o644), data: Buffer.from(lines.map((line) => `${line}\n`).join('')) });
  }
  addApplets(tree, entry);

  const { index, blob } = packImage(tree, packages);
  const fresh = `${target}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, 'blob'), Buffer.concat(blob));
  writeFileSync(join(fresh, 'index.json'), JSON.stringify({ ...index, source }));
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  return `${packages.length} Debian packages, ${index.nodes.length} files, ${Math.round(index.blobBytes / 1e6)} MB`;
}

function isCurrent(source) {
  try {
    return JSON.parse(readFileSync(join(target, 'index.json'), 'utf8')).source === source && existsSync(join(target, 'blob'));
  } catch {
    return false;
  }
}

function entry(path, type, mode) {
  return { path, type, mode, uid: 0, gid: 0, mtime: 0 };
}

function isWanted(config, path) {
  if (path.startsWith('usr/share/doc/')) return path.endsWith('/') || path.endsWith(`/${config.keepOfDoc}`);
  return !config.exclude.some((prefix) => `${path}/`.startsWith(prefix));
}

/** A package's own entry for a path that the configuration makes a link (sh). */
function isOwnLink(config, { path, type }) {
  return type !== 'dir' && Object.hasOwn(config.links, path.replace(/^\.?\//, '').replace(/^bin\//, 'usr/bin/'));
}

/**
 * Links in /usr/bin for the commands of busybox that nothing else provides. Its sorted table of names lies in the binary, each ended by
 * NUL, from "[" on.
 */
function addApplets(tree, make) {
  const binary = tree.lookup(['bin', 'busybox']);
  if (!binary) throw new Error('base image: no busybox');
  const bytes = Buffer.from(tree.content(binary.id));
  const start = bytes.indexOf('\0[\0[[\0') + 1;
  if (start === 0) throw new Error('base image: no table of applets in busybox');
  const provided = (name) =>
    [
      ['usr', 'bin'],
      ['usr', 'sbin'],
    ].some((dir) => tree.lookup([...dir, name]));
  for (let at = start; ;) {
    const end = bytes.indexOf(0, at);
    const name = bytes.toString('latin1', at, end);
    if (!/^[a-z0-9[][a-z0-9[_.-]*$/i.test(name)) break;
    if (!provided(name)) tree.add({ ...make(`usr/bin/${name}`, 'symlink', 0o777), target: 'busybox' });
    at = end + 1;
  }
}

/** From the mirror that RING3_DEBIAN_MIRROR names, or through apt. */
async function fetchPackages(config, names, progress) {
  const mirror = process.env.RING3_DEBIAN_MIRROR;
  if (mirror) return fetchFromMirror(config, names, mirror, progress);
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error('there is no apt-get here: set RING3_DEBIAN_MIRROR to the address of a Debian mirror for the base image');
  }
  try {
    return fetchWithApt(config, names, progress);
  } catch {
    // A fresh system has no package lists yet; only root may fetch them.
    if (process.getuid() === 0) {
      progress('apt-get update');
      execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    }
  }
  try {
    return fetchWithApt(config, names, progress);
  } catch (error) {
    const reason = String(error.stderr ?? error.message)
      .trim()
      .split('\n')
      .pop();
    throw new Error(`apt-get download failed (${reason}): run apt-get update, or set RING3_DEBIAN_MIRROR to a Debian mirror`, {
      cause: error,
    });
  }
}

/** apt-get download puts NAME_VERSION_ARCH.deb into the working directory; what is there already in this version is not fetched again. */
function fetchWithApt(config, names, progress) {
  progress(`apt-get download, ${names.length} packages`);
  const qualified = names.map((name) => `${name}:${config.architecture}`);
  const uris = execFileSync('apt-get', ['download', '--print-uris', '-qq', ...qualified], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const wanted = uris
    .trim()
    .split('\n')
    .map((line) => /^'[^']*' (\S+) /.exec(line)?.[1]);
  if (wanted.length !== names.length || wanted.includes(undefined)) throw new Error('unexpected answer of apt-get');
  const byName = new Map(wanted.map((file) => [file.split('_')[0], file]));
  const missing = names.filter((name) => !existsSync(join(debs, byName.get(name) ?? '?')));
  if (missing.length > 0) {
    const pick = missing.map((name) => `${name}:${config.architecture}`);
    execFileSync('apt-get', ['download', '-qq', ...pick], { cwd: debs, stdio: ['ignore', 'ignore', 'pipe'] });
  }
  return names.map((name) => join(debs, byName.get(name)));
}

async function fetchFromMirror(config, names, mirror, progress) {
  const { decompress } = await import('../packages/image/dist/index.js');
  progress(`package list of ${mirror}`);
  const list = await download(`${mirror}/dists/${config.suite}/main/binary-${config.architecture}/Packages.xz`);
  const stanzas = new Map();
  for (const stanza of new TextDecoder().decode(decompress(list)).split('\n\n')) {
    const name = /^Package: (.*)$/m.exec(stanza)?.[1];
    if (name && names.includes(name)) stanzas.set(name, stanza);
  }
  const files = [];
  for (const name of names) {
    const stanza = stanzas.get(name);
    if (!stanza) throw new Error(`${mirror} has no package ${name}`);
    const path = /^Filename: (.*)$/m.exec(stanza)[1];
    const sum = /^SHA256: (.*)$/m.exec(stanza)[1];
    const file = join(debs, path.split('/').pop());
    if (!existsSync(file) || sha256(readFileSync(file)) !== sum) {
      progress(path.split('/').pop());
      const bytes = await download(`${mirror}/${path}`);
      if (sha256(bytes) !== sum) throw new Error(`${mirror}/${path}: SHA-256 differs`);
      writeFileSync(file, bytes);
    }
    files.push(file);
  }
  return files;
}

async function download(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const done = await fetchBaseImage({ progress: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`base image: ${done ?? 'up to date'}\n`);
}
