import { type FileContent, sizeOf } from './content.js';
import type { LayerEntry } from './layer.js';
import { FileType, isDirectory, isFile, isSymlink, type ImageNode, type ImageSource } from './node.js';

const MAX_LINKS = 40;
const NOTHING = new Uint8Array(0);
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * Merges layers into one tree, later entries over earlier ones. As dpkg does, a directory entry leaves a symlink to a directory alone
 * (/bin → usr/bin), and members below such a link land behind it. Whiteouts are OCI's: ".wh.NAME" removes NAME, ".wh..wh..opq" what
 * lower layers had in that directory.
 */
export class TreeBuilder implements ImageSource {
  readonly nodes: ImageNode[] = [];
  private readonly contents: (Uint8Array | FileContent | null)[] = [];

  constructor(mtime = 0) {
    this.create(FileType.Dir | 0o755, { uid: 0, gid: 0, mtime }).children = new Map();
  }

  node(id: number): ImageNode {
    const node = this.nodes[id];
    if (!node) throw new Error(`image: no node ${id}`);
    return node;
  }

  read(id: number, offset: number, length: number): Uint8Array {
    const source = this.source(id);
    if (source instanceof Uint8Array) return source.subarray(offset, offset + length);
    return source.read(offset, Math.max(0, Math.min(length, source.size - offset)));
  }

  /** All bytes of a file. */
  content(id: number): Uint8Array {
    const source = this.source(id);
    return source instanceof Uint8Array ? source : source.read(0, source.size);
  }

  /** Where a file's bytes come from. */
  source(id: number): Uint8Array | FileContent {
    return this.contents[id] ?? NOTHING;
  }

  /** Files, folders and all else that has a name, each once. */
  count(): number {
    return this.nodes.reduce((sum, { nlink }, id) => (id > 0 && nlink > 0 ? sum + 1 : sum), 0);
  }

  /** @throws Error a hard link to nothing, or a path through something that is no directory */
  addLayer(entries: Iterable<LayerEntry>): void {
    for (const entry of entries) this.add(entry);
  }

  add(entry: LayerEntry): void {
    const parts = entry.path.split('/').filter((part) => part !== '' && part !== '.');
    const name = parts.pop();
    if (name === undefined) return this.setAttributes(this.node(0), entry);
    const parent = this.directory(parts, entry.mtime);
    if (name === OPAQUE) return this.clear(parent);
    if (name.startsWith(WHITEOUT)) return this.remove(parent, name.slice(WHITEOUT.length));

    const existing = this.child(parent, name);
    if (entry.type === 'dir') {
      const behind = existing && isSymlink(existing) ? this.lookup([...parts, name]) : existing;
      if (behind && isDirectory(behind)) return behind === existing ? this.setAttributes(behind, entry) : undefined;
    }
    if (entry.type === 'hardlink') {
      const target = this.linkTarget(entry.target ?? '');
      if (!target || isDirectory(target)) throw new Error(`image: hard link ${entry.path} to nothing`);
      if (target === existing) return;
      this.remove(parent, name);
      target.nlink++;
      parent.children?.set(name, target.id);
      return;
    }
    this.remove(parent, name);
    const node = this.createFrom(entry);
    parent.children?.set(name, node.id);
    if (isDirectory(node)) parent.nlink++;
  }

  /** What a hard link leads to: a symlink is not followed at its end. */
  private linkTarget(path: string): ImageNode | undefined {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const name = parts.pop();
    const parent = this.lookup(parts);
    return name === undefined || !parent ? undefined : this.child(parent, name);
  }

  /** The node of a path, following links; undefined: none. */
  lookup(parts: readonly string[], links = 0): ImageNode | undefined {
    const trail: ImageNode[] = [this.node(0)];
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const at = trail[trail.length - 1]!;
      const child = this.child(at, part);
      if (!child) return undefined;
      if (!isSymlink(child)) {
        trail.push(child);
        continue;
      }
      if (links >= MAX_LINKS) return undefined;
      const target = child.target ?? '';
      const base = target.startsWith('/') ? [] : this.namesOf(trail);
      return this.lookup([...base, ...target.split('/'), ...parts.slice(i + 1)], links + 1);
    }
    return trail[trail.length - 1];
  }

  private namesOf(trail: readonly ImageNode[]): string[] {
    const names: string[] = [];
    for (let i = 1; i < trail.length; i++) {
      for (const [name, id] of trail[i - 1]!.children ?? []) if (id === trail[i]!.id) names.push(name);
    }
    return names;
  }

  /** The directory behind a path, made where it is missing. */
  private directory(parts: readonly string[], mtime: number): ImageNode {
    const found = this.lookup(parts);
    if (found && isDirectory(found)) return found;
    if (found || parts.length === 0) throw new Error(`image: ${parts.join('/')} is no directory`);
    const parent = this.directory(parts.slice(0, -1), mtime);
    const made = this.create(FileType.Dir | 0o755, { uid: 0, gid: 0, mtime });
    made.children = new Map();
    made.nlink = 2;
    parent.nlink++;
    parent.children?.set(parts[parts.length - 1]!, made.id);
    return made;
  }

  private child(parent: ImageNode, name: string): ImageNode | undefined {
    const id = parent.children?.get(name);
    return id === undefined ? undefined : this.node(id);
  }

  private create(mode: number, { uid, gid, mtime }: { uid: number; gid: number; mtime: number }): ImageNode {
    const node: ImageNode = { id: this.nodes.length, mode, uid, gid, mtime, nlink: 1, size: 0 };
    this.nodes.push(node);
    this.contents.push(null);
    return node;
  }

  private createFrom(entry: LayerEntry): ImageNode {
    const node = this.create(typeBits(entry) | entry.mode, entry);
    if (isDirectory(node)) {
      node.children = new Map();
      node.nlink = 2;
    } else if (isSymlink(node)) {
      node.target = entry.target ?? '';
      node.size = node.target.length;
    } else if (isFile(node)) {
      const data = entry.data ?? NOTHING;
      this.contents[node.id] = data;
      node.size = sizeOf(data);
    } else if (entry.device) {
      const { major, minor } = entry.device;
      node.rdev = ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
    }
    return node;
  }

  private setAttributes(node: ImageNode, entry: LayerEntry): void {
    node.mode = FileType.Dir | entry.mode;
    node.uid = entry.uid;
    node.gid = entry.gid;
    node.mtime = entry.mtime;
  }

  private clear(directory: ImageNode): void {
    for (const name of directory.children?.keys() ?? []) this.remove(directory, name);
  }

  private remove(parent: ImageNode, name: string): void {
    const node = this.child(parent, name);
    if (!node) return;
    if (isDirectory(node)) {
      this.clear(node);
      parent.nlink--;
    }
    parent.children?.delete(name);
    node.nlink--;
  }
}

function typeBits(entry: LayerEntry): number {
  switch (entry.type) {
    case 'dir':
      return FileType.Dir;
    case 'symlink':
      return FileType.Symlink;
    case 'char':
      return FileType.Char;
    case 'block':
      return FileType.Block;
    case 'fifo':
      return FileType.Fifo;
    default:
      return FileType.File;
  }
}
