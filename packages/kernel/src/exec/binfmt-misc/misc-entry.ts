import type { File } from '../../vfs/file.js';
import { registerState } from '../../state.js';

/** Letters of an entry's flags (MISC_FMT_*). */
export const enum MiscFlag {
  /** P: the interpreter gets the original argv[0] after the file's name. */
  PreserveArgv0 = 1 << 0,
  /** O: the file is opened for the interpreter (AT_EXECFD). */
  OpenBinary = 1 << 1,
  /** C: credentials are those of the file, not of the interpreter; implies O. */
  Credentials = 1 << 2,
  /** F: the interpreter is opened when the entry is registered. */
  OpenFile = 1 << 3,
}

export const FLAG_LETTERS: readonly (readonly [letter: string, flag: number])[] = [
  ['P', MiscFlag.PreserveArgv0],
  ['O', MiscFlag.OpenBinary],
  ['C', MiscFlag.Credentials],
  ['F', MiscFlag.OpenFile],
];

/** One registered kind of file (Node of fs/binfmt_misc.c). Byte strings are latin1. */
export class MiscEntry {
  enabled = true;
  /** Inode number of its file. */
  ino = 0;
  /** Of a flag-F entry. */
  interpreterFile: File | null = null;
  constructor(
    readonly name: string,
    /** What to look for: bytes at an offset, else the file name's extension. */
    readonly isMagic: boolean,
    readonly offset: number,
    readonly magic: string,
    /** As long as magic; '': all bits count. */
    readonly mask: string,
    readonly interpreter: string,
    readonly flags: number,
  ) {}

  /** Is it this entry's file? Linux: check_file. */
  matches(start: Uint8Array, name: string): boolean {
    if (!this.enabled) return false;
    if (!this.isMagic) {
      const dot = name.lastIndexOf('.');
      return dot >= 0 && name.slice(dot + 1) === this.magic;
    }
    for (let i = 0; i < this.magic.length; i++) {
      const mask = this.mask === '' ? 0xff : this.mask.charCodeAt(i);
      if ((start[this.offset + i]! ^ this.magic.charCodeAt(i)) & mask) return false;
    }
    return true;
  }

  /** What its file says. Linux: entry_status. */
  get text(): string {
    const flags = FLAG_LETTERS.map(([letter, flag]) => (this.flags & flag ? letter : '')).join('');
    const head = `${this.enabled ? 'enabled' : 'disabled'}\ninterpreter ${this.interpreter}\nflags: ${flags}\n`;
    if (!this.isMagic) return `${head}extension .${this.magic}\n`;
    return `${head}offset ${this.offset}\nmagic ${hex(this.magic)}\n${this.mask === '' ? '' : `mask ${hex(this.mask)}\n`}`;
  }
}
registerState('MiscEntry', MiscEntry);

function hex(bytes: string): string {
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
