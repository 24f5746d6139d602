import { PageSize, Pt } from '@ring3/abi';
import type { ElfFile } from '@ring3/elf';
import { Errno, type File, type Inode, type Kernel, KernelIter, type Mm, PageWait, type Task, Vm } from '@ring3/kernel';

const READ_BYTES = 1 << 18;

interface Parsed {
  /** Of the inode, when it was read. */
  size: number;
  mtime: string;
  elf: ElfFile | null;
  addresses: Map<string, number | null>;
}

/** An ELF file in an address space. */
interface Image {
  parsed: Parsed;
  /** What is added to its addresses. */
  bias: number;
}

/**
 * Addresses of symbols in address spaces: the program's own first, then those of its interpreter and libraries in the order of their
 * addresses, as far as they are mapped. Files are read through the mappings themselves, once for each content.
 */
export class StopSymbols {
  private elf: typeof import('@ring3/elf') | null = null;
  private readonly files = new WeakMap<Inode, Parsed>();

  constructor(private readonly k: Kernel) {}

  /** Before the first search. */
  async load(): Promise<void> {
    this.elf ??= await import('@ring3/elf');
  }

  get loaded(): boolean {
    return this.elf !== null;
  }

  /** Where a symbol lies in the address space; null: nowhere (yet). */
  find(task: Task, name: string): number | null {
    const { mm } = task;
    if (!this.elf || !mm) return null;
    for (const { parsed, bias } of this.images(mm)) {
      const address = this.addressIn(parsed, name);
      if (address !== null) return address + bias;
    }
    return null;
  }

  private addressIn(parsed: Parsed, name: string): number | null {
    const known = parsed.addresses.get(name);
    if (known !== undefined) return known;
    const symbol = parsed.elf && this.elf!.findSymbol(parsed.elf, name);
    const address = symbol ? Number(symbol.value) : null;
    parsed.addresses.set(name, address);
    return address;
  }

  private images(mm: Mm): Image[] {
    const own = mm.exeFile?.inode;
    const files = new Map<Inode, File>();
    if (mm.exeFile) files.set(mm.exeFile.inode, mm.exeFile);
    for (const { file } of mm.vmas) if (file?.inode.mapping && !files.has(file.inode)) files.set(file.inode, file);
    return [...files.values()].flatMap((file) => {
      // Data files are not read: an image has a page that may be executed.
      if (file.inode !== own && !mm.vmas.some((vma) => vma.file?.inode === file.inode && vma.flags & Vm.Exec)) return [];
      const parsed = this.parse(file);
      const bias = parsed.elf && biasOf(mm, file.inode, parsed.elf);
      return bias === null ? [] : [{ parsed, bias }];
    });
  }

  private parse(file: File): Parsed {
    const { inode } = file;
    const mtime = `${inode.mtime.sec}.${inode.mtime.nsec}`;
    const known = this.files.get(inode);
    if (known && known.size === inode.size && known.mtime === mtime) return known;
    const parsed: Parsed = { size: inode.size, mtime, elf: null, addresses: new Map() };
    const bytes = this.read(file);
    // It has to be fetched first: asked again with the next mapping.
    if (!bytes) return parsed;
    try {
      parsed.elf = this.elf!.parseElf(bytes);
    } catch (error) {
      if (!(error instanceof this.elf!.ElfError)) throw error;
    }
    this.files.set(inode, parsed);
    return parsed;
  }

  private read(file: File): Uint8Array | null {
    const { k } = this;
    const bytes = new Uint8Array(file.inode.size);
    const { current } = k;
    k.current = k.init;
    try {
      for (let at = 0; at < bytes.length;) {
        const n = file.read(k, new KernelIter(bytes.subarray(at, at + READ_BYTES)), at);
        if (n <= 0) return bytes.subarray(0, at);
        at += n;
      }
      return bytes;
    } catch (error) {
      if (error instanceof Errno || error instanceof PageWait) return null;
      throw error;
    } finally {
      k.current = current;
    }
  }
}

/** How far an image lies from the addresses that its file says, by the mapping of its first segment. */
function biasOf(mm: Mm, inode: Inode, elf: ElfFile): number | null {
  const first = elf.segments.find(({ p_type }) => p_type === Pt.Load);
  if (!first) return null;
  const address = Number(first.p_vaddr);
  const page = Math.floor(Number(first.p_offset) / PageSize.Bytes);
  const vma = mm.vmas.find(({ file, pgoff }) => file?.inode === inode && pgoff === page);
  return vma ? vma.start - (address - (address % PageSize.Bytes)) : null;
}
