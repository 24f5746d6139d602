import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ElfFile, ElfError, fileTypeText, isX86_64, linkingOf, machineName, parseElf } from '@ring3/elf';
import type { TreeBuilder } from '@ring3/image';
import { CliError, CliStatus } from '../cli-error.js';
import { fromBytes, type HostFiles, toBytes } from './host-files.js';
import { writeLdCache } from './ld-cache.js';
import { LibrarySearch, type LoadedObject } from './library-search.js';

/** Scripts whose interpreters are scripts: Linux follows so many. */
const MAX_SCRIPTS = 5;
const FOLDERS_OF_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function refuse(message: string): never {
  throw new CliError(CliStatus.Failed, message);
}

/** Programs of this system and all that they need to start: interpreters, and libraries that they are linked with. */
export class ProgramPacker {
  /** Libraries that the cache of the dynamic linker led to: the image gets a cache of these. */
  private readonly cached = new Map<string, string>();
  private readonly done = new Set<string>();

  constructor(
    private readonly files: HostFiles,
    private readonly tree: TreeBuilder,
  ) {}

  /** @param name a path, or a name that is looked up in PATH. @returns its path in the image @throws CliError */
  add(name: string): string {
    const path = toBytes(resolve(findInPath(name) ?? refuse(`${name}: not found in PATH`)));
    const real = this.addProgram(path, 0);
    if (!FOLDERS_OF_PATH.some((folder) => path.startsWith(`${folder}/`))) {
      const link = `/usr/local/bin/${path.slice(path.lastIndexOf('/') + 1)}`;
      this.tree.add({ path: link, type: 'symlink', target: real, mode: 0o777, uid: 0, gid: 0, mtime: 0 });
    }
    return fromBytes(path);
  }

  /** What programs expect besides: /tmp, names of users, and the linker's cache. What is there already stays. */
  finish(): void {
    const common = { uid: 0, gid: 0, mtime: 0 };
    const file = (path: string, data: Uint8Array): void => {
      if (!this.tree.lookup(path.split('/'))) this.tree.add({ ...common, path, type: 'file', mode: 0o644, data });
    };
    if (!this.tree.lookup(['tmp'])) this.tree.add({ ...common, path: 'tmp', type: 'dir', mode: 0o1777 });
    file('etc/passwd', Buffer.from('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'));
    file('etc/group', Buffer.from('root:x:0:\nnogroup:x:65534:\n'));
    if (this.cached.size > 0) file('etc/ld.so.cache', writeLdCache(this.cached));
  }

  private addProgram(path: string, depth: number): string {
    const real = this.files.addPath(path);
    if (this.done.has(real)) return real;
    this.done.add(real);
    const bytes = readFileSync(Buffer.from(real, 'latin1'));
    if (bytes[0] === 0x23 && bytes[1] === 0x21) this.addInterpreter(path, bytes, depth);
    else this.addObject(path, real, bytes);
    return real;
  }

  /** fs/binfmt_script.c: load_script. env(1) is looked through. */
  private addInterpreter(path: string, bytes: Uint8Array, depth: number): void {
    if (depth >= MAX_SCRIPTS) refuse(`${fromBytes(path)}: its interpreters are scripts, ${MAX_SCRIPTS} deep`);
    const line = Buffer.from(bytes.subarray(2, 256)).toString('latin1').split('\n')[0]!;
    const [interpreter, ...words] = line.trim().split(/[ \t]+/);
    if (!interpreter) refuse(`${fromBytes(path)}: a script that names no interpreter`);
    if (!existsSync(Buffer.from(interpreter, 'latin1')))
      refuse(`${fromBytes(interpreter)}: not found, the interpreter of ${fromBytes(path)}`);
    this.addProgram(interpreter, depth + 1);
    if (!/(^|\/)env$/.test(interpreter)) return;
    const name = words.find((word) => !word.startsWith('-') && !word.includes('='));
    if (!name) return;
    const found = findInPath(fromBytes(name)) ?? refuse(`${fromBytes(name)}: not found in PATH, the interpreter of ${fromBytes(path)}`);
    this.addProgram(toBytes(found), depth + 1);
  }

  private addObject(path: string, real: string, bytes: Uint8Array): void {
    const shown = fromBytes(path);
    const file = readObject(shown, bytes);
    const linking = linkingOf(file);
    const { interpreter } = linking;
    if (interpreter === null && linking.needed.length === 0) return;
    if (interpreter !== null) {
      if (!existsSync(Buffer.from(interpreter, 'latin1'))) refuse(`${fromBytes(interpreter)}: not found, the interpreter of ${shown}`);
      this.files.addPath(interpreter);
    }
    this.addLibraries({ path: real, linking, loader: null }, shown, new LibrarySearch(/\/ld-musl-[^/]*$/.test(interpreter ?? '')));
  }

  /** Breadth first, as the linker loads them: a library that is there under its soname is not searched again. */
  private addLibraries(program: LoadedObject, shown: string, search: LibrarySearch): void {
    const { interpreter } = program.linking;
    const loaded = new Set<string>();
    if (interpreter !== null) loaded.add(interpreter.slice(interpreter.lastIndexOf('/') + 1));
    const waiting: { object: LoadedObject; shown: string }[] = [{ object: program, shown }];
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { object } = next;
      for (const name of object.linking.needed) {
        if (loaded.has(name) || search.isInterpreter(name)) continue;
        loaded.add(name);
        const found = search.find(name, object);
        if (!found) refuse(`${fromBytes(name)}: not found, which ${next.shown} needs`);
        const path = resolve(found.path);
        this.files.addPath(path);
        if (found.byCache) this.cached.set(name, found.path);
        const linking = search.linking(found.path);
        if (linking.soname !== null) loaded.add(linking.soname);
        waiting.push({ object: { path, linking, loader: object }, shown: fromBytes(path) });
      }
    }
  }
}

/** @throws CliError no program for this processor */
function readObject(shown: string, bytes: Uint8Array): ElfFile {
  let file: ElfFile;
  try {
    file = parseElf(bytes);
  } catch (error) {
    if (error instanceof ElfError) refuse(`${shown}: neither an ELF file nor a script`);
    throw error;
  }
  if (!isX86_64(file)) refuse(`${shown}: a program for ${machineName(file.header.e_machine)}, not for x86-64`);
  // ET_EXEC 2, ET_DYN 3
  if (file.header.e_type !== 2 && file.header.e_type !== 3) refuse(`${shown}: ${fileTypeText(file)}, not a program`);
  return file;
}

/** A path as it is; a name in PATH; null: it is not there. */
function findInPath(name: string): string | null {
  if (name.includes('/')) return name;
  for (const folder of [...(process.env['PATH'] ?? '').split(':'), ...FOLDERS_OF_PATH]) {
    const path = resolve(folder || '.', name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not here.
    }
  }
  return null;
}
