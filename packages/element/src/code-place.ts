import type { Machine } from '@ring3/machine';
import type { CodeSymbols, ElfFile } from '@ring3/elf';

/** Larger files are not read for the name of a place. */
const LARGEST_FILE = 32 << 20;

interface NamedFile {
  file: ElfFile;
  symbols: CodeSymbols;
}

/** Names addresses of the programs and libraries of a machine. The reader of ELF files is loaded with the first address. */
export class CodePlaces {
  private readonly files = new Map<string, Promise<NamedFile | null>>();

  constructor(private readonly machine: Machine) {}

  /** 'main+0x10 in hello'; the mapping alone where its file has no symbol for it; null where nothing is mapped there. @throws MachineError closed */
  async describe(tid: number, address: number): Promise<string | null> {
    const view = await this.machine.inspect({ pid: tid, maps: true });
    const mapping = view?.maps?.find(({ start, end }) => address >= start && address < end);
    if (!mapping) return null;
    const { name } = mapping;
    if (!name.startsWith('/')) return name === '' ? mapping.kind : name;
    const base = name.split('/').at(-1)!;
    const named = await this.fileOf(name);
    const symbol = named && symbolAt(named, mapping.offset + address - mapping.start);
    return symbol ? `${symbol} in ${base}` : base;
  }

  private fileOf(path: string): Promise<NamedFile | null> {
    let named = this.files.get(path);
    if (!named) {
      named = this.read(path);
      this.files.set(path, named);
    }
    return named;
  }

  /** null: it cannot be read, or is no ELF file; then there are no names. */
  private async read(path: string): Promise<NamedFile | null> {
    const { CodeSymbols, ElfError, parseElf } = await import('@ring3/elf');
    try {
      const name = fromByteString(path);
      if ((await this.machine.stat(name)).size > LARGEST_FILE) return null;
      const file = parseElf(await this.machine.readFile(name));
      return { file, symbols: new CodeSymbols(file) };
    } catch (error) {
      if (error instanceof ElfError || (error as { id?: string }).id === 'file-error') return null;
      throw error;
    }
  }
}

/** 'main+0x10' for an offset in the file; null without one. */
function symbolAt({ file, symbols }: NamedFile, offset: number): string | null {
  const address = file.addressOf(offset);
  if (address === null) return null;
  const text = symbols.describe(address, 0);
  return /^<(.+?)(?:@@?Base)?(\+0x[0-9a-f]+)?>$/.exec(text)?.slice(1).join('') ?? null;
}

/** Paths of the guest come as byte strings. */
function fromByteString(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0)));
}
