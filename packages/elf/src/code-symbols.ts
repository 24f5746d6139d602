import { ElfMachine, Shf, Shn, Sht, Stb, Stt, VerNdx } from '@ring3/abi';
import { type ElfFile, isRelocatable, type Section } from './elf-file.js';
import { relocations } from './relocations.js';
import { type ElfSymbol, sectionSymbols, symbolBinding, symbolType } from './symbols.js';
import { type SymbolVersions, versionsOf } from './versions.js';

/** A name for an address, as a listing shows it. */
export interface CodeSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: bigint;
  /** Index of its section; files of type ET_REL have one address space each. */
  readonly section: number;
  readonly isFunction: boolean;
  readonly isObject: boolean;
  /** Not weak. */
  readonly isGlobal: boolean;
}

/** Is this code that Ring3's processor has? */
export function isX86_64({ header, is64 }: ElfFile): boolean {
  return is64 && header.e_machine === ElfMachine.X86_64;
}

/** The sections with instructions. */
export function codeSections({ sections }: ElfFile): Section[] {
  return sections.filter(({ sh_type, sh_flags }) => sh_type !== Sht.NoBits && (sh_flags & BigInt(Shf.ExecInstr)) !== 0n);
}

/** Which of several names of one address is shown: a function's, an object's, a global one, the larger, as objdump chooses. */
function compare(a: CodeSymbol, b: CodeSymbol): number {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1;
  if (a.isFunction !== b.isFunction) return a.isFunction ? -1 : 1;
  if (a.isObject !== b.isObject) return a.isObject ? -1 : 1;
  if (a.isGlobal !== b.isGlobal) return a.isGlobal ? -1 : 1;
  if (a.size !== b.size) return a.size > b.size ? -1 : 1;
  const dots = Number(a.name.startsWith('.')) - Number(b.name.startsWith('.'));
  if (dots !== 0) return dots;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** R_X86_64_IRELATIVE */
const IRELATIVE = 37;

/** '@@GLIBC_2.4'; '@Base' for the version of the file itself. */
function versionSuffix(versions: SymbolVersions, symbol: ElfSymbol): string {
  const index = versions.indexOf(symbol.index);
  if (index === null || index === VerNdx.Local) return '';
  const name = index === VerNdx.Global ? null : versions.nameOf(index, symbol);
  const isDefault = symbol.st_shndx !== Shn.Undef && (index & VerNdx.Hidden) === 0 && versions.of(symbol)?.kind !== 'needed';
  if (name !== null) return `${isDefault ? '@@' : '@'}${name}`;
  return symbol.st_shndx === Shn.Undef ? '@Base' : '@@Base';
}

const distanceText = (distance: bigint): string =>
  distance === 0n ? '' : distance > 0n ? `+0x${distance.toString(16)}` : `-0x${(-distance).toString(16)}`;

/** The symbols of a file by address, and the names that dynamic relocations give to slots of the GOT. */
export class CodeSymbols {
  private readonly sorted: readonly CodeSymbol[];
  /** Names of GOT slots. */
  private readonly slots = new Map<bigint, { name: string; value: bigint | null }>();
  /** Slots that a function without a name fills. */
  private readonly resolvers = new Map<bigint, string>();

  constructor(private readonly file: ElfFile) {
    this.readSlots();
    this.sorted = [...this.tableSymbols(), ...this.pltSymbols()].toSorted(compare);
  }

  /** All symbols of a section, one for each address. */
  inSection({ index, sh_addr, sh_size }: Section): CodeSymbol[] {
    const start = this.base(sh_addr);
    const own = this.sorted.filter(({ section, address }) => section === index && address >= start && address < start + sh_size);
    return own.filter((symbol, at) => at === 0 || own[at - 1]!.address !== symbol.address);
  }

  /** Those of one name. */
  named(name: string): CodeSymbol[] {
    return this.sorted.filter((symbol) => symbol.name === name);
  }

  /** '<main+0x10>' for an address, '<main-0x10>' where no symbol stands before it; '' where there is none at all. `section` is that of the instruction. */
  describe(address: bigint, section: number): string {
    const slot = this.slots.get(address);
    // objdump counts from the symbol that the slot will point to, where that is of the file.
    if (slot) return slot.value === null ? `<${slot.name}>` : `<${slot.name}${distanceText(address - slot.value)}>`;
    const symbol = this.before(address, section) ?? this.sorted.find((first) => !isRelocatable(this.file) || first.section === section);
    if (!symbol) return '';
    return `<${symbol.name}${distanceText(address - symbol.address)}>`;
  }

  private base(address: bigint): bigint {
    return isRelocatable(this.file) ? 0n : address;
  }

  /** The first of the symbols at the highest address up to this one. */
  private before(address: bigint, section: number): CodeSymbol | undefined {
    const own = isRelocatable(this.file);
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    let found: CodeSymbol | undefined;
    for (let at = low - 1; at >= 0; at--) {
      const symbol = this.sorted[at]!;
      if (found && symbol.address !== found.address) break;
      if (!own || symbol.section === section) found = symbol;
    }
    return found;
  }

  private tableSymbols(): CodeSymbol[] {
    const { file } = this;
    const full = file.sectionOfType(Sht.SymTab);
    const table = full ?? file.sectionOfType(Sht.DynSym);
    if (!table) return [];
    const versions = full ? null : versionsOf(file, table);
    return sectionSymbols(file, table).flatMap((symbol) => {
      const type = symbolType(symbol);
      if (symbol.name === '' || symbol.st_shndx === Shn.Undef || symbol.st_shndx === Shn.Common) return [];
      if (type === Stt.Section || type === Stt.File) return [];
      return [
        {
          name: symbol.name + (versions ? versionSuffix(versions, symbol) : ''),
          address: symbol.st_value,
          size: symbol.st_size,
          section: symbol.sectionIndex,
          isFunction: type === Stt.Func || type === Stt.GnuIfunc,
          isObject: type === Stt.Object || type === Stt.Common,
          isGlobal: symbolBinding(symbol) === Stb.Global || symbolBinding(symbol) === Stb.GnuUnique,
        },
      ];
    });
  }

  private readSlots(): void {
    const { file } = this;
    for (const section of file.sections) {
      const table = file.sections[section.sh_link];
      if (section.sh_type !== Sht.Rela || table?.sh_type !== Sht.DynSym) continue;
      const list = sectionSymbols(file, table);
      const versions = versionsOf(file, table);
      for (const { offset, symbol, type, addend } of relocations(file, section)) {
        const target = list[symbol];
        if (type === IRELATIVE && list.length > 1) this.resolvers.set(offset, `*ABS*+0x${(addend ?? 0n).toString(16)}`);
        if (symbol === 0 || !target) continue;
        this.slots.set(offset, {
          name: target.name + versionSuffix(versions, target),
          value: target.st_shndx === Shn.Undef ? null : target.st_value,
        });
      }
    }
  }

  /** The stubs of .plt, .plt.got and .plt.sec: each jumps through a GOT slot that a relocation fills. */
  private pltSymbols(): CodeSymbol[] {
    return this.file.sections.filter(({ name }) => /^\.plt(\.got|\.sec)?$/.test(name)).flatMap((section) => this.stubs(section));
  }

  private stubs(section: Section): CodeSymbol[] {
    const data = this.file.data(section);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const step = section.name === '.plt.got' && data[4] !== 0xff && data[0] === 0xff ? 8 : 16;
    const found: CodeSymbol[] = [];
    for (let at = 0; at + step <= data.length; at += step) {
      // An endbr64 and a bnd prefix may stand before jmp *slot(%rip).
      const jump = [0, 4, 5, 1].find((skip) => at + skip + 6 <= data.length && data[at + skip] === 0xff && data[at + skip + 1] === 0x25);
      if (jump === undefined) continue;
      const address = section.sh_addr + BigInt(at);
      const slot = address + BigInt(jump + 6) + BigInt(view.getInt32(at + jump + 2, true));
      const name = this.slots.get(slot)?.name ?? this.resolvers.get(slot);
      if (name === undefined) continue;
      found.push({
        name: `${name.split('@')[0]}@plt`,
        address,
        size: BigInt(step),
        section: section.index,
        isFunction: true,
        isObject: false,
        isGlobal: true,
      });
    }
    return found;
  }
}
