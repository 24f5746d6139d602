import { At, Ms, S } from '@ring3/abi';
import { createImageFs } from '../fs/imagefs/imagefs.js';
import type { ImageNode, ImageSource } from '../fs/imagefs/image-source.js';
import { LookupFlags, pathAt } from '../vfs/namei.js';
import { mkdirAt } from '../vfs/namespace.js';
import type { TestMachine } from './machine.js';

const PAGE = 4096;
const BASE = 0x40_0000;
const HEADERS = 120;

/** An image whose files are never here: every page has to be asked for. The test answers through `answer`. */
export class SlowImage implements ImageSource {
  private readonly names: string[];
  constructor(private readonly files: Readonly<Record<string, Uint8Array>>) {
    this.names = Object.keys(files);
  }

  node(id: number): ImageNode {
    const plain = { uid: 0, gid: 0, mtime: 0, nlink: 1 };
    if (id === 0) return { ...plain, mode: S.IFDIR | 0o755, size: 0, children: new Map(this.names.map((name, i) => [name, i + 1])) };
    return { ...plain, mode: S.IFREG | 0o755, size: this.bytes(id).length };
  }
  read(): Uint8Array {
    throw new Error('the page cache asked for bytes that are not here');
  }
  isHere(): boolean {
    return false;
  }
  private bytes(id: number): Uint8Array {
    return this.files[this.names[id - 1]!]!;
  }

  /** Mounts it at /img. */
  mount({ k }: TestMachine): void {
    mkdirAt(k, At.FDCWD, '/img', 0o755);
    k.mounts.mount(k, createImageFs(k, this), pathAt(k, At.FDCWD, '/img', LookupFlags.Follow), Ms.RELATIME);
  }

  /** What is being asked for, as 'name page', in the order of the requests. */
  asked({ platform }: TestMachine): string[] {
    return [...platform.blockReads.values()].map(({ node, offset }) => `${this.names[node - 1]} ${offset / PAGE}`);
  }

  /** Answers all requests, or those of one page; `fails`: with an error. */
  answer({ k, platform }: TestMachine, page: number | null = null, fails = false): void {
    for (const [id, { node, offset, length }] of [...platform.blockReads]) {
      if (page !== null && offset !== page * PAGE) continue;
      platform.blockReads.delete(id);
      k.pageCache.blockReadDone(k, id, fails ? null : this.bytes(node).slice(offset, offset + length));
    }
  }
}

/** An ELF file of so many pages, one readable, writable and executable segment at 0x400000; byte i of page p, past the code, is 16 p + i. */
export function elfWith(code: Uint8Array, pages: number): Uint8Array {
  const bytes = new Uint8Array(pages * PAGE).map((_, i) => 16 * Math.floor(i / PAGE) + (i % PAGE));
  bytes.fill(0, 0, HEADERS);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 62, true); // EM_X86_64
  view.setUint32(20, 1, true);
  view.setUint32(24, BASE + HEADERS, true);
  view.setUint32(32, 64, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 7, true);
  view.setUint32(80, BASE, true);
  view.setUint32(96, bytes.length, true);
  view.setUint32(104, bytes.length, true);
  view.setUint32(112, PAGE, true);
  bytes.set(code, HEADERS);
  return bytes;
}
