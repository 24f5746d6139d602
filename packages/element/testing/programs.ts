/**
 * Small static ELF programs, made by hand: tests in a browser have no compiler.
 *
 *   0x400000  ELF header, program header, code, texts      one segment, rwx
 *   0x410000  BUFFER, in its bss
 */
const BASE = 0x400000;
const CODE = 0x78;
const BUFFER = 0x410000;
const BUFFER_BYTES = 4096;

const enum Nr {
  Read = 0,
  Write = 1,
  Pause = 34,
  Getpid = 39,
  Exit = 60,
}

interface Label {
  name: string;
  at: number;
}

/** Machine code with system calls in it. */
class Assembly {
  readonly bytes: number[] = [];
  readonly texts: { at: number; text: Uint8Array }[] = [];
  readonly labels: Label[] = [];

  emit(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }

  /** A symbol of this name is here. */
  label(name: string): this {
    this.labels.push({ name, at: this.bytes.length });
    return this;
  }

  /** mov r32, imm32: eax b8, ecx b9, edx ba, esi be, edi bf */
  mov(opcode: number, value: number): this {
    return this.emit(opcode, value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255);
  }

  call(nr: Nr, a = 0, b = 0, c = 0): this {
    return this.mov(0xbf, a).mov(0xbe, b).mov(0xba, c).mov(0xb8, nr).emit(0x0f, 0x05);
  }

  write(fd: number, text: string): this {
    const bytes = new TextEncoder().encode(text);
    this.mov(0xbf, fd).mov(0xbe, 0);
    this.texts.push({ at: this.bytes.length - 4, text: bytes });
    return this.mov(0xba, bytes.length).mov(0xb8, Nr.Write).emit(0x0f, 0x05);
  }

  exit(code: number): this {
    return this.call(Nr.Exit, code);
  }

  /** An unconditional jump, or jle (0x7e), to a place at most 127 bytes away. */
  jump(to: number, opcode = 0xeb): this {
    return this.emit(opcode, (to - this.bytes.length - 2) & 255);
  }

  get here(): number {
    return this.bytes.length;
  }
}

function elf(code: Assembly): Uint8Array<ArrayBuffer> {
  const texts: number[] = [];
  for (const { at, text } of code.texts) {
    const address = BASE + CODE + code.bytes.length + texts.length;
    for (let i = 0; i < 4; i++) code.bytes[at + i] = (address >> (8 * i)) & 255;
    texts.push(...text);
  }
  const loaded = CODE + code.bytes.length + texts.length;
  const names = ['', '.text', '.symtab', '.strtab', ...code.labels.map(({ name }) => name)];
  const strings = new TextEncoder().encode(`${names.join('\0')}\0`);
  const nameAt = (name: string): number => (name === '' ? 0 : names.slice(0, names.indexOf(name)).join('\0').length + 1);
  const symbols = 24 * (code.labels.length + 1);
  const symtab = (loaded + 7) & ~7;
  const strtab = symtab + symbols;
  const sections = (strtab + strings.length + 7) & ~7;
  const file = new Uint8Array(sections + 4 * 64);
  const view = new DataView(file.buffer);
  const u64 = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 62, true); // EM_X86_64
  view.setUint32(20, 1, true);
  u64(24, BASE + CODE);
  u64(32, 64);
  u64(40, sections);
  for (const [at, value] of [
    [52, 64],
    [54, 56],
    [56, 1],
    [58, 64],
    [60, 4],
    [62, 3],
  ] as const)
    view.setUint16(at, value, true);
  // PT_LOAD, rwx
  view.setUint32(64, 1, true);
  view.setUint32(68, 7, true);
  u64(80, BASE);
  u64(88, BASE);
  u64(96, loaded);
  u64(104, BUFFER + BUFFER_BYTES - BASE);
  u64(112, 4096);
  file.set([...code.bytes, ...texts], CODE);
  code.labels.forEach(({ name, at }, i) => {
    const symbol = symtab + 24 * (i + 1);
    view.setUint32(symbol, nameAt(name), true);
    file[symbol + 4] = 0x12; // global function
    view.setUint16(symbol + 6, 1, true);
    u64(symbol + 8, BASE + CODE + at);
  });
  file.set(strings, strtab);
  const section = (index: number, name: string, type: number, flags: number, addr: number, offset: number, size: number): void => {
    const at = sections + 64 * index;
    view.setUint32(at, nameAt(name), true);
    view.setUint32(at + 4, type, true);
    u64(at + 8, flags);
    u64(at + 16, addr);
    u64(at + 24, offset);
    u64(at + 32, size);
    if (type !== 2) return;
    view.setUint32(at + 40, 3, true);
    view.setUint32(at + 44, 1, true);
    u64(at + 56, 24);
  };
  section(1, '.text', 1, 6, BASE + CODE, CODE, code.bytes.length + texts.length);
  section(2, '.symtab', 2, 0, 0, symtab, symbols);
  section(3, '.strtab', 3, 0, 0, strtab, strings.length);
  return file;
}

/** Prints on both streams and exits with `code`. */
export function hello({ out = 'Hello from Ring3\n', err = '', code = 0 } = {}): Uint8Array<ArrayBuffer> {
  const program = new Assembly().label('main').call(Nr.Getpid).label('greet');
  if (out !== '') program.write(1, out);
  if (err !== '') program.write(2, err);
  return elf(program.label('leave').exit(code));
}

/** Address of the first instruction of every program here. */
export const ENTRY = BASE + CODE;

/** Prints, then spins for ever. */
export function spin(): Uint8Array<ArrayBuffer> {
  const program = new Assembly().label('main').write(1, 'spinning\n').label('forever');
  return elf(program.jump(program.here));
}

/** Prints without an end. */
export function flood(): Uint8Array<ArrayBuffer> {
  const program = new Assembly().label('main');
  return elf(program.write(1, 'all work and no play makes a long line of output\n').jump(0));
}

/** Copies its input to its output. */
export function cat(): Uint8Array<ArrayBuffer> {
  const program = new Assembly().label('main').call(Nr.Read, 0, BUFFER, BUFFER_BYTES).emit(0x85, 0xc0); // test eax, eax
  const test = program.here;
  program.emit(0x7e, 0, 0x89, 0xc2).mov(0xbf, 1).mov(0xbe, BUFFER).mov(0xb8, Nr.Write).emit(0x0f, 0x05).jump(0); // jle; mov edx, eax
  program.bytes[test + 1] = program.here - test - 2;
  return elf(program.exit(0));
}

/** Prints argv[1], or nothing. */
export function echoArgument(): Uint8Array<ArrayBuffer> {
  const program = new Assembly().label('main').emit(0x48, 0x8b, 0x74, 0x24, 0x10, 0x31, 0xd2); // mov rsi, [rsp+16]; xor edx, edx
  program.emit(0x80, 0x3c, 0x16, 0, 0x74, 4, 0xff, 0xc2, 0xeb, 0xf6); // L: cmp byte [rsi+rdx], 0; je +4; inc edx; jmp L
  return elf(program.mov(0xbf, 1).mov(0xb8, Nr.Write).emit(0x0f, 0x05).exit(0));
}

/** Reads address 0: SIGSEGV. */
export function crash(): Uint8Array<ArrayBuffer> {
  return elf(new Assembly().label('main').write(1, 'about to crash\n').label('broken').emit(0x8b, 0x04, 0x25, 0, 0, 0, 0));
}

/** Sleeps until a signal comes. */
export function sleep(): Uint8Array<ArrayBuffer> {
  return elf(new Assembly().label('main').write(1, 'sleeping\n').call(Nr.Pause).exit(7));
}

/** A URL for a program's bytes. */
export function urlOf(bytes: Uint8Array<ArrayBuffer>): string {
  return URL.createObjectURL(new Blob([bytes]));
}
