import { Dt, FsMagic, Limit, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EACCES, EEXIST, EINVAL, ENAMETOOLONG, ENODEV } from '../../errno.js';
import { BinfmtMisc } from '../../exec/binfmt-misc/binfmt-misc.js';
import type { MiscEntry } from '../../exec/binfmt-misc/misc-entry.js';
import { parseEntry } from '../../exec/binfmt-misc/parse-entry.js';
import { registerState } from '../../state.js';
import { registerFilesystem } from '../../vfs/filesystems.js';
import type { DirEntry, Inode, InodeChange } from '../../vfs/inode.js';
import { simpleSetattr } from '../../vfs/simple-attr.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { ProcDirectory, ProcTextInode } from '../proc/proc-inode.js';

/** Inode numbers of the root and of the two files that are always there. */
const enum Ino {
  Root = 1,
  Status = 2,
  Register = 3,
}

/** The binfmt_misc file system, of which there is one: status, register, and a file per entry. */
export class BinfmtMiscSuper extends SuperBlock {
  private readonly status: Inode;
  private readonly register: Inode;
  private readonly entryInodes = new Map<MiscEntry, Inode>();

  constructor(
    k: Kernel,
    readonly format: BinfmtMisc,
  ) {
    super(k.nextId.dev++, 'binfmt_misc', 'binfmt_misc', FsMagic.BINFMTFS);
    this.volatile = true;
    this.lastIno = Ino.Register;
    this.root = new BinfmtMiscDirectory(k, this, Ino.Root, S.IFDIR | 0o755);
    this.status = new StatusInode(k, this, Ino.Status, S.IFREG | 0o644);
    this.register = new RegisterInode(k, this, Ino.Register, S.IFREG | 0o200);
  }

  node(k: Kernel, name: string): Inode | null {
    if (name === 'status') return this.status;
    if (name === 'register') return this.register;
    const entry = this.format.entries.find((each) => each.name === name);
    if (!entry) return null;
    let inode = this.entryInodes.get(entry);
    if (!inode) {
      entry.ino = this.allocIno();
      inode = new EntryInode(k, this, entry, S.IFREG | 0o644);
      this.entryInodes.set(entry, inode);
    }
    return inode;
  }

  /** Newest first. */
  get names(): string[] {
    return [...this.format.entries.map(({ name }) => name), 'register', 'status'];
  }

  remove(k: Kernel, entry: MiscEntry): void {
    this.format.remove(k, entry);
    const inode = this.entryInodes.get(entry);
    if (inode) inode.nlink = 0;
    this.entryInodes.delete(entry);
  }

  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('BinfmtMiscSuper', BinfmtMiscSuper);

export class BinfmtMiscDirectory extends ProcDirectory {
  override lookup(k: Kernel, name: string): Inode | null {
    return (this.sb as BinfmtMiscSuper).node(k, name);
  }
  override readdir(k: Kernel): DirEntry[] {
    const sb = this.sb as BinfmtMiscSuper;
    return sb.names.map((name) => ({ name, ino: sb.node(k, name)?.ino ?? 0, type: Dt.REG }));
  }
  override create(): Inode {
    throw EACCES;
  }
  override setattr(k: Kernel, change: InodeChange): void {
    simpleSetattr(k, this, change);
  }
}
registerState('BinfmtMiscDirectory', BinfmtMiscDirectory);

/** A file that is text to read and commands to write; its size stays 0. */
abstract class ControlInode extends ProcTextInode {
  override setattr(k: Kernel, { size: _, ...change }: InodeChange): void {
    simpleSetattr(k, this, change);
  }
  protected get format(): BinfmtMisc {
    return (this.sb as BinfmtMiscSuper).format;
  }
}

const enum Command {
  None = 0,
  Disable = 1,
  Enable = 2,
  Delete = 3,
}

/** Linux: parse_command. @throws EINVAL */
function parseCommand(text: string): Command {
  if (text.length > 3) throw EINVAL;
  if (text === '') return Command.None;
  switch (text.replace(/\n$/, '')) {
    case '0':
      return Command.Disable;
    case '1':
      return Command.Enable;
    case '-1':
      return Command.Delete;
    default:
      throw EINVAL;
  }
}

/** Turns all entries on or off, or removes them. Linux: bm_status_read, bm_status_write. */
export class StatusInode extends ControlInode {
  text(): string {
    return this.format.enabled ? 'enabled\n' : 'disabled\n';
  }
  override writeText(k: Kernel, text: string): void {
    switch (parseCommand(text)) {
      case Command.Disable:
        this.format.enabled = false;
        return;
      case Command.Enable:
        this.format.enabled = true;
        return;
      case Command.Delete:
        for (const entry of [...this.format.entries]) (this.sb as BinfmtMiscSuper).remove(k, entry);
    }
  }
}
registerState('StatusInode', StatusInode);

/** Linux: bm_register_write. */
export class RegisterInode extends ControlInode {
  text(): string {
    throw EINVAL;
  }
  override writeText(k: Kernel, text: string): void {
    const entry = parseEntry(text);
    if (entry.name.length > Limit.NAME_MAX) throw ENAMETOOLONG;
    if (entry.name === 'status' || entry.name === 'register') throw EEXIST;
    this.format.add(k, entry);
  }
}
registerState('RegisterInode', RegisterInode);

/** Linux: bm_entry_read, bm_entry_write. */
export class EntryInode extends ControlInode {
  constructor(
    k: Kernel,
    sb: BinfmtMiscSuper,
    private readonly entry: MiscEntry,
    mode: number,
  ) {
    super(k, sb, entry.ino, mode);
  }
  text(): string {
    return this.entry.text;
  }
  override writeText(k: Kernel, text: string): void {
    switch (parseCommand(text)) {
      case Command.Disable:
        this.entry.enabled = false;
        return;
      case Command.Enable:
        this.entry.enabled = true;
        return;
      case Command.Delete:
        (this.sb as BinfmtMiscSuper).remove(k, this.entry);
    }
  }
}
registerState('EntryInode', EntryInode);

/** @throws ENODEV the format is not registered @throws EINVAL options, of which there are none */
export function createBinfmtMiscFs(k: Kernel, _source = '', data = ''): SuperBlock {
  const format = k.binfmts.find('misc');
  if (!(format instanceof BinfmtMisc)) throw ENODEV;
  if (data !== '') throw EINVAL;
  format.superBlock ??= new BinfmtMiscSuper(k, format);
  return format.superBlock;
}
registerFilesystem('binfmt_misc', createBinfmtMiscFs);
