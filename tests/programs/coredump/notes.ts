/** One note of a core file. */
export interface Note {
  name: string;
  type: number;
  desc: Buffer;
}

const HEADER_BYTES = 12;
const align4 = (length: number): number => (length + 3) & ~3;

/** The notes of an ELF core file, whose first program header is their PT_NOTE. */
export function notesOf(core: Buffer): Note[] {
  const header = Number(core.readBigUInt64LE(32));
  const start = Number(core.readBigUInt64LE(header + 8));
  const end = start + Number(core.readBigUInt64LE(header + 32));
  const notes: Note[] = [];
  for (let at = start; at < end;) {
    const nameBytes = core.readUInt32LE(at);
    const descBytes = core.readUInt32LE(at + 4);
    const type = core.readUInt32LE(at + 8);
    at += HEADER_BYTES;
    const name = core.toString('latin1', at, at + nameBytes - 1);
    at += align4(nameBytes);
    notes.push({ name, type, desc: core.subarray(at, at + descBytes) });
    at += align4(descBytes);
  }
  return notes;
}

const PRSTATUS = 1;
const PRFPREG = 2;
const PRPSINFO = 3;
const AUXV = 6;
const FILE = 0x46494c45;

/** Byte ranges that differ from run to run or from caller to caller. */
const varying: ReadonlyMap<number, readonly (readonly [start: number, end: number])[]> = new Map([
  // Ids and times.
  [PRSTATUS, [[32, 112]]],
  // Address of the last x87 operand; MXCSR_MASK; what is left in the vector registers, and what XSAVE puts behind them.
  [
    PRFPREG,
    [
      [8, 24],
      [28, 32],
      [160, 240],
      [256, 512],
    ],
  ],
  // Flags of the process, ids.
  [PRPSINFO, [[8, 40]]],
  [AUXV, [[0, Infinity]]],
]);

/** user_regs_struct in NT_PRSTATUS: 27 words. */
const REGISTERS = [
  'r15',
  'r14',
  'r13',
  'r12',
  'rbp',
  'rbx',
  'r11',
  'r10',
  'r9',
  'r8',
  'rax',
  'rcx',
  'rdx',
  'rsi',
  'rdi',
  'orig_rax',
  'rip',
  'cs',
  'eflags',
  'rsp',
  'ss',
  'fs_base',
  'gs_base',
  'ds',
  'es',
  'fs',
  'gs',
];
const REGISTERS_AT = 112;
const RF = 0x10000n;

/** A note in one line, without what differs from run to run. */
export function describeNote({ type, desc }: Note): string {
  if (type === FILE) return `files ${fileNames(desc).join(' ')}`;
  const bytes = Buffer.from(desc);
  for (const [start, end] of varying.get(type) ?? []) bytes.fill(0, start, Math.min(end, bytes.length));
  if (type !== PRSTATUS) return `${type} ${type === AUXV ? '' : bytes.toString('hex')}`;
  const registers = REGISTERS.map((name, i) => `${name} ${registerText(name, bytes.readBigInt64LE(REGISTERS_AT + i * 8))}`);
  return `${type} ${bytes.toString('hex', 0, REGISTERS_AT)} ${registers.join(' ')} ${bytes.toString('hex', REGISTERS_AT + REGISTERS.length * 8)}`;
}

function registerText(name: string, value: bigint): string {
  // A fault leaves RF in the flags of a processor.
  if (name === 'eflags') return (value & ~RF).toString(16);
  return value >= 0x10000n && value < 1n << 47n ? 'ADDRESS' : value.toString();
}

function fileNames(desc: Buffer): string[] {
  const count = Number(desc.readBigUInt64LE(0));
  return desc
    .toString('latin1', 16 + count * 24)
    .split('\0')
    .filter(Boolean);
}
