import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ElfFile, isX86_64, type Linking, linkingOf, parseElf } from '@ring3/elf';
import { readLdCache } from './ld-cache.js';

/** An object as a dynamic linker has it loaded. */
export interface LoadedObject {
  /** A byte string: the program's canonical path, a library's as it was found. $ORIGIN is its folder. */
  path: string;
  linking: Linking;
  /** Who needed it first; null: the program. */
  loader: LoadedObject | null;
}

/** How a library was found. */
export interface Found {
  path: string;
  byCache: boolean;
}

/** Where glibc looks last, on Debian (which has its own folders per architecture) and elsewhere. */
const DEFAULT_FOLDERS = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
const MUSL_FOLDERS = ['/lib', '/usr/local/lib', '/usr/lib'];
/** What $LIB stands for: Debian's, and others'. */
const LIB_WORDS = ['lib/x86_64-linux-gnu', 'lib64'];
/** Libraries that are musl's one libc, whatever their names say. */
const MUSL_OWN = /^lib(c|pthread|rt|m|dl|util|xnet)\./;

const latin1 = (path: string): Buffer => Buffer.from(path, 'latin1');

/** The dynamic linkers' search for libraries (ld.so(8), musl's ldso/dynlink.c), on this system. */
export class LibrarySearch {
  private cache: Map<string, string> | null = null;
  private readonly parsed = new Map<string, ElfFile | null>();

  constructor(private readonly isMusl: boolean) {}

  /** Is it the interpreter itself under another name? */
  isInterpreter(name: string): boolean {
    return this.isMusl && MUSL_OWN.test(name);
  }

  /** The library that `object` gets for this DT_NEEDED; null: none. */
  find(name: string, object: LoadedObject): Found | null {
    if (name.includes('/')) return this.usable(name) ? { path: name, byCache: false } : null;
    const folders = this.isMusl ? muslFolders(object) : [...rpathFolders(object), ...expand(object.linking.runpath, object)];
    const own = this.inFolders(name, folders);
    if (own !== null) return { path: own, byCache: false };
    if (!this.isMusl) {
      const cached = this.ldCache().get(name);
      if (cached !== undefined && this.usable(cached)) return { path: cached, byCache: true };
    }
    const common = this.inFolders(name, this.isMusl ? muslPath() : DEFAULT_FOLDERS);
    return common === null ? null : { path: common, byCache: false };
  }

  private inFolders(name: string, folders: readonly string[]): string | null {
    for (const folder of folders) if (this.usable(`${folder}/${name}`)) return `${folder}/${name}`;
    return null;
  }

  /** One of another class or machine is passed over. */
  private usable(path: string): boolean {
    const file = this.parse(path);
    return file !== null && isX86_64(file);
  }

  /** null: no ELF file. */
  parse(path: string): ElfFile | null {
    const known = this.parsed.get(path);
    if (known !== undefined) return known;
    let file: ElfFile | null = null;
    try {
      if (existsSync(latin1(path))) file = parseElf(readFileSync(latin1(path)));
    } catch {
      // Unreadable or no ELF file: the search goes on, as the linker's does.
    }
    this.parsed.set(path, file);
    return file;
  }

  linking(path: string): Linking {
    return linkingOf(this.parse(path)!);
  }

  private ldCache(): Map<string, string> {
    if (this.cache) return this.cache;
    let bytes: Uint8Array = new Uint8Array(0);
    try {
      bytes = readFileSync('/etc/ld.so.cache');
    } catch {
      // A system without one has the default folders.
    }
    return (this.cache = readLdCache(bytes));
  }
}

/** DT_RPATH of the object and of those that led to it; of no account where the object has DT_RUNPATH. */
function rpathFolders(object: LoadedObject): string[] {
  if (object.linking.runpath) return [];
  const folders: string[] = [];
  for (let at: LoadedObject | null = object; at; at = at.loader) if (!at.linking.runpath) folders.push(...expand(at.linking.rpath, at));
  return folders;
}

/** musl takes both alike, and those of the objects that led to it too. */
function muslFolders(object: LoadedObject): string[] {
  const folders: string[] = [];
  for (let at: LoadedObject | null = object; at; at = at.loader) folders.push(...expand(at.linking.runpath ?? at.linking.rpath, at));
  return folders;
}

function muslPath(): readonly string[] {
  try {
    return readFileSync('/etc/ld-musl-x86_64.path', 'latin1').split(/[:\n]/).filter(Boolean);
  } catch {
    return MUSL_FOLDERS;
  }
}

/** $ORIGIN, $LIB and $PLATFORM, with or without braces. */
function expand(folders: readonly string[] | null, { path }: LoadedObject): string[] {
  return (folders ?? []).filter(Boolean).flatMap((folder) => {
    const text = folder.replace(/\$(ORIGIN|\{ORIGIN\})/g, () => dirname(path)).replace(/\$(PLATFORM|\{PLATFORM\})/g, 'x86_64');
    return /\$(LIB|\{LIB\})/.test(text) ? LIB_WORDS.map((lib) => text.replace(/\$(LIB|\{LIB\})/g, lib)) : [text];
  });
}
