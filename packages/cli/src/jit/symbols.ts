import { type CodeSymbol, CodeSymbols, ElfError, type ElfFile, parseElf, type Section } from '@ring3/elf';
import { type MachineEngine, MachineError } from '@ring3/machine/engine';

interface Image {
  file: ElfFile;
  symbols: CodeSymbols;
  /** Those of each section, in rising order. */
  bySection: Map<Section, readonly CodeSymbol[]>;
}

/** Names for places of files of the guest. */
export class FileSymbols {
  private readonly images = new Map<string, Image | null>();

  constructor(private readonly machine: MachineEngine) {}

  /**
   * 'main+0x10' for a place of a file that is mapped; where its section has no symbol before it the place in the file, as 'ls+0x4f30'; ''
   * where there is no such file. `path` as /proc/PID/maps has it.
   */
  describe(path: string, offset: number): string {
    const image = this.image(path);
    if (!image) return path.startsWith('[') ? path : '';
    const inFile = `${path.slice(path.lastIndexOf('/') + 1)}+0x${offset.toString(16)}`;
    const address = addressAt(image.file, BigInt(offset));
    if (address === null) return inFile;
    const section = image.file.sections.find(({ sh_addr, sh_size }) => address >= sh_addr && address < sh_addr + sh_size);
    const symbol = section && symbolsOf(image, section).findLast((one) => one.address <= address);
    if (!symbol) return inFile;
    return symbol.address === address ? symbol.name : `${symbol.name}+0x${(address - symbol.address).toString(16)}`;
  }

  private image(path: string): Image | null {
    let image = this.images.get(path);
    if (image === undefined) this.images.set(path, (image = this.read(path)));
    return image;
  }

  private read(path: string): Image | null {
    if (!path.startsWith('/') || path.endsWith(' (deleted)')) return null;
    try {
      const file = parseElf(this.machine.files.read(Buffer.from(path, 'latin1').toString()));
      return { file, symbols: new CodeSymbols(file), bySection: new Map() };
    } catch (error) {
      if (error instanceof ElfError || error instanceof MachineError || (error as { name?: unknown }).name === 'ENOENT') return null;
      throw error;
    }
  }
}

/** The address that a file says for a place in it. */
function addressAt(file: ElfFile, offset: bigint): bigint | null {
  const segment = file.segments.find(({ p_offset, p_filesz }) => offset >= p_offset && offset < p_offset + p_filesz);
  return segment ? segment.p_vaddr + offset - segment.p_offset : null;
}

function symbolsOf({ symbols, bySection }: Image, section: Section): readonly CodeSymbol[] {
  let own = bySection.get(section);
  if (!own) bySection.set(section, (own = symbols.inSection(section)));
  return own;
}
