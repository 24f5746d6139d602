import { Binprm } from '@ring3/abi';
import { EINVAL } from '../../errno.js';
import { FLAG_LETTERS, MiscEntry, MiscFlag } from './misc-entry.js';

/** MAX_REGISTER_LENGTH; and the shortest that can be right. */
const LENGTH_MAX = 1920;
const LENGTH_MIN = 11;
/** So many delimiters are thought behind the text, so that a missing field ends somewhere. */
const PADDING = 8;

const isHexDigit = (char: string | undefined): boolean => char !== undefined && /[0-9a-fA-F]/.test(char);

/**
 * What was written to `register`:  :NAME:M:OFFSET:MAGIC:MASK:INTERPRETER:FLAGS  or  :NAME:E::EXTENSION::INTERPRETER:FLAGS, with any
 * character as the delimiter. Linux: fs/binfmt_misc.c: create_entry. @throws EINVAL
 */
export function parseEntry(text: string): MiscEntry {
  if (text.length < LENGTH_MIN || text.length > LENGTH_MAX) throw EINVAL;
  const fields = new Fields(text);
  const name = fields.next();
  if (name === '' || name === '.' || name === '..' || name.includes('/')) throw EINVAL;
  const type = fields.letter();
  if (type !== 'E' && type !== 'M') throw EINVAL;
  const { offset, magic, mask } = type === 'M' ? magicOf(fields) : extensionOf(fields);
  const interpreter = fields.next();
  if (interpreter === '') throw EINVAL;
  return new MiscEntry(name, type === 'M', offset, magic, mask, interpreter, fields.flags());
}

function magicOf(fields: Fields): { offset: number; magic: string; mask: string } {
  const offset = offsetOf(fields.next());
  const magicText = fields.nextBytes();
  if (magicText === '') throw EINVAL;
  const maskText = fields.nextBytes();
  const magic = unescapeHex(magicText);
  const mask = unescapeHex(maskText);
  if (maskText !== '' && mask.length !== magic.length) throw EINVAL;
  if (magic.length + offset > Binprm.BufSize) throw EINVAL;
  return { offset, magic, mask };
}

/** kstrtoint, not negative. */
function offsetOf(text: string): number {
  if (text === '') return 0;
  if (!/^[+-]?[0-9]+\n?$/.test(text)) throw EINVAL;
  const offset = Number(text);
  if (offset < 0 || offset > 0x7fff_ffff) throw EINVAL;
  return offset;
}

function extensionOf(fields: Fields): { offset: number; magic: string; mask: string } {
  fields.next();
  const magic = fields.next();
  if (magic === '' || magic.includes('/')) throw EINVAL;
  fields.next();
  return { offset: 0, magic, mask: '' };
}

/** `\xH` and `\xHH` become bytes; other backslashes stay. Linux: string_unescape with UNESCAPE_HEX. */
function unescapeHex(text: string): string {
  return text.replaceAll(/\\x([0-9a-fA-F]{1,2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

class Fields {
  private at = 1;
  private readonly delimiter: string;
  private readonly padded: string;
  constructor(private readonly text: string) {
    this.delimiter = text[0]!;
    this.padded = text + this.delimiter.repeat(PADDING);
  }

  /** Up to the next delimiter. @throws EINVAL a NUL comes before it */
  next(): string {
    const end = this.padded.indexOf(this.delimiter, this.at);
    const field = this.padded.slice(this.at, end);
    if (end < 0 || field.includes('\0')) throw EINVAL;
    this.at = end + 1;
    return field;
  }

  /** One character, and the delimiter after it. */
  letter(): string {
    const letter = this.padded[this.at++] ?? '';
    if (this.padded[this.at++] !== this.delimiter) throw EINVAL;
    return letter;
  }

  /** A field in which `\x` needs two digits; it counts up to its first NUL. Linux: scanarg. */
  nextBytes(): string {
    const start = this.at;
    for (;;) {
      const char = this.padded[this.at++];
      if (char === undefined) throw EINVAL;
      if (char === this.delimiter) break;
      if (char !== '\\' || this.padded[this.at] !== 'x') continue;
      if (!isHexDigit(this.padded[this.at + 1]) || !isHexDigit(this.padded[this.at + 2])) throw EINVAL;
      this.at += 3;
    }
    return this.padded.slice(start, this.at - 1).split('\0')[0]!;
  }

  /** The letters at the end, which a newline may follow, and nothing else. */
  flags(): number {
    let flags = 0;
    for (;;) {
      const flag = FLAG_LETTERS.find(([letter]) => letter === this.padded[this.at])?.[1];
      if (flag === undefined) break;
      flags |= flag;
      this.at++;
    }
    if (flags & MiscFlag.Credentials) flags |= MiscFlag.OpenBinary;
    if (this.padded[this.at] === '\n') this.at++;
    if (this.at !== this.text.length) throw EINVAL;
    return flags;
  }
}
