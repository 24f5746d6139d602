import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { FileContent, LayerEntry, TreeBuilder } from '@ring3/image';
import { CliError, CliStatus } from '../cli-error.js';

const MAX_LINKS = 40;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ELOOP: 'too many levels of symbolic links',
  ENOTDIR: 'not a directory',
  EIO: 'input/output error',
};

/** Names of the host as byte strings (latin1), as the guest has them. */
export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
export const fromBytes = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');
const hostPath = (path: string): Buffer => Buffer.from(path, 'latin1');

/** Does something with a path of the host. @throws CliError with the path, and why not */
function attempt<T>(path: string, work: (path: Buffer) => T): T {
  try {
    return work(hostPath(path));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError(CliStatus.Failed, `${fromBytes(path)}: ${REASONS[code ?? ''] ?? message}`);
  }
}

/** Files of the host that become part of an image. Paths are byte strings; file bytes are read when the image is written. */
export class HostFiles {
  /** What cannot be in an image, or was left out, one line each. */
  readonly notes: string[] = [];
  /** First guest paths of files with several names, by device and inode. */
  private readonly linked = new Map<string, string>();
  /** Canonical host paths that `addPath` has put into the tree. */
  private readonly added = new Set<string>();

  constructor(
    private readonly tree: TreeBuilder,
    /** Told the number of files now and then. */
    private readonly counted: () => void = () => {},
  ) {}

  /**
   * A file at its own path, with every symbolic link that leads to it.
   * @returns its canonical path @throws CliError
   */
  addPath(path: string): string {
    const waiting = path.split('/');
    let at = '';
    let links = 0;
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
        continue;
      }
      const full = `${at}/${part}`;
      const stat = attempt(path, () => lstatSync(hostPath(full)));
      if (!stat.isSymbolicLink()) {
        at = full;
        continue;
      }
      if (++links > MAX_LINKS) throw new CliError(CliStatus.Failed, `${fromBytes(path)}: ${REASONS['ELOOP']}`);
      const target = readlinkSync(hostPath(full), 'buffer').toString('latin1');
      this.addOnce(full, { ...attributes(stat), path: full, type: 'symlink', target });
      if (target.startsWith('/')) at = '';
      waiting.unshift(...target.split('/'));
    }
    const stat = attempt(at, (host) => lstatSync(host));
    if (!stat.isFile()) throw new CliError(CliStatus.Failed, `${fromBytes(path)}: not an ordinary file`);
    if (!this.added.has(at)) this.addOnce(at, fileEntry(at, at, stat));
    return at;
  }

  private addOnce(path: string, entry: LayerEntry): void {
    if (this.added.has(path)) return;
    this.added.add(path);
    this.tree.add(entry);
    this.counted();
  }

  /**
   * A file, or a folder with all below it on the same file system, at `guest`. A link that is named itself is followed, those below are
   * kept.
   * @param without a host path that is left out
   * @throws CliError
   */
  addTree(path: string, guest: string, without: string | null = null): void {
    const real = attempt(path, (host) => realpathSync(host, 'buffer').toString('latin1'));
    const stat = attempt(real, (host) => statSync(host));
    this.addEntry(real, guest, stat, { device: stat.dev, without });
  }

  private addEntry(path: string, guest: string, stat: Stats, limits: { device: number; without: string | null }): void {
    if (path === limits.without) return;
    this.counted();
    if (stat.isDirectory()) {
      this.tree.add({ ...attributes(stat), path: guest, type: 'dir' });
      if (stat.dev !== limits.device) {
        this.notes.push(`${fromBytes(path)}: another file system, left empty`);
        return;
      }
      const names = attempt(path, (host) => readdirSync(host, 'buffer')).map((name) => name.toString('latin1'));
      const folder = path === '/' ? '' : path;
      for (const name of names.toSorted()) {
        const child = `${folder}/${name}`;
        this.addEntry(
          child,
          `${guest === '/' ? '' : guest}/${name}`,
          attempt(child, (host) => lstatSync(host)),
          limits,
        );
      }
      return;
    }
    const key = `${stat.dev}:${stat.ino}`;
    const first = stat.nlink > 1 ? this.linked.get(key) : undefined;
    if (first !== undefined) {
      this.tree.add({ ...attributes(stat), path: guest, type: 'hardlink', target: first });
      return;
    }
    const entry = entryOf(path, guest, stat);
    if (!entry) {
      this.notes.push(`${fromBytes(path)}: a socket, left out`);
      return;
    }
    this.tree.add(entry);
    if (stat.nlink > 1) this.linked.set(key, guest);
  }
}

function attributes({ mode, uid, gid, mtimeMs }: Stats): Omit<LayerEntry, 'path' | 'type'> {
  return { mode: mode & 0o7777, uid, gid, mtime: Math.floor(mtimeMs / 1000) };
}

function entryOf(path: string, guest: string, stat: Stats): LayerEntry | null {
  const common = { ...attributes(stat), path: guest };
  if (stat.isFile()) return fileEntry(path, guest, stat);
  if (stat.isSymbolicLink())
    return { ...common, type: 'symlink', target: attempt(path, (host) => readlinkSync(host, 'buffer').toString('latin1')) };
  if (stat.isFIFO()) return { ...common, type: 'fifo' };
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return null;
  // As new_encode_dev packs it.
  const device = { major: (stat.rdev >>> 8) & 0xfff, minor: (stat.rdev & 0xff) | ((stat.rdev >>> 12) & 0xfff00) };
  return { ...common, type: stat.isCharacterDevice() ? 'char' : 'block', device };
}

/** @throws CliError it may not be read */
function fileEntry(path: string, guest: string, stat: Stats): LayerEntry {
  if (stat.size > 0) attempt(path, (host) => closeSync(openSync(host, 'r')));
  return { ...attributes(stat), path: guest, type: 'file', data: content(path, stat) };
}

function content(path: string, { size, mtimeMs }: Stats): FileContent {
  const changed = (): never => {
    throw new CliError(CliStatus.Failed, `${fromBytes(path)}: changed while it was packed`);
  };
  return {
    size,
    read: (offset, length) =>
      attempt(path, (host) => {
        const fd = openSync(host, 'r');
        try {
          const now = fstatSync(fd);
          if (now.size !== size || now.mtimeMs !== mtimeMs) changed();
          const bytes = new Uint8Array(length);
          for (let done = 0; done < length;) {
            const n = readSync(fd, bytes, done, length - done, offset + done);
            if (n === 0) changed();
            done += n;
          }
          return bytes;
        } finally {
          closeSync(fd);
        }
      }),
  };
}
