import { ElfMachine } from '@ring3/abi';
import { hex } from '../text.js';

/** The machine and EI_OSABI, on which the meaning of some flags depends. */
export interface FlagContext {
  readonly machine: number;
  readonly osAbi: number;
}

interface Flag {
  readonly letter: string;
  /** null: only the letter is known. */
  readonly name: string | null;
}

const FLAGS: Readonly<Record<string, Flag>> = {
  1: { letter: 'W', name: 'WRITE' },
  2: { letter: 'A', name: 'ALLOC' },
  4: { letter: 'X', name: 'EXEC' },
  10: { letter: 'M', name: 'MERGE' },
  20: { letter: 'S', name: 'STRINGS' },
  40: { letter: 'I', name: 'INFO LINK' },
  80: { letter: 'L', name: 'LINK ORDER' },
  100: { letter: 'O', name: 'OS NONCONF' },
  200: { letter: 'G', name: 'GROUP' },
  400: { letter: 'T', name: 'TLS' },
  800: { letter: 'C', name: 'COMPRESSED' },
  80000000: { letter: 'E', name: 'EXCLUDE' },
};

const MASK_OS = 0x0ff00000n;
const MASK_PROC = 0xf0000000n;
const PROC_FIRST = 0x10000000n;
const RETAIN = 0x200000n;
const MBIND = 0x1000000n;
const LARGE = 0x10000000n;
const PURECODE = 0x20000000n;
const ORDERED = 0x40000000n;

const GNU = 3;
const FREEBSD = 9;

/** GNU's flags among those of the operating system, and the one of the processor that x86-64 has. */
function extension(flag: bigint, { machine, osAbi }: FlagContext): Flag | undefined {
  if (flag === LARGE && machine === ElfMachine.X86_64) return { letter: 'l', name: null };
  if (flag === PURECODE && machine === ElfMachine.Arm) return { letter: 'y', name: 'ARM_PURECODE' };
  if (flag === ORDERED) return { letter: 'p', name: 'ORDERED' };
  if (flag === RETAIN && (osAbi === GNU || osAbi === FREEBSD)) return { letter: 'R', name: 'GNU_RETAIN' };
  if (flag === MBIND && (osAbi === GNU || osAbi === FREEBSD || osAbi === 0)) return { letter: 'D', name: 'GNU_MBIND' };
  return undefined;
}

function bitsOf(flags: bigint): bigint[] {
  const bits: bigint[] = [];
  for (let bit = 1n; bit <= flags; bit <<= 1n) if (flags & bit) bits.push(bit);
  return bits;
}

/** 'WA'. The first flag of the system or the processor that has no letter of its own stands for all that follow of its kind. */
export function sectionFlagLetters(flags: bigint, context: FlagContext): string {
  let text = '';
  let left = flags;
  for (const bit of bitsOf(flags)) {
    if ((left & bit) === 0n) continue;
    const letter = FLAGS[hex(bit)]?.letter ?? extension(bit, context)?.letter ?? (bit & MASK_OS ? 'o' : bit & MASK_PROC ? 'p' : 'x');
    text += letter;
    if (letter === 'o') left &= ~MASK_OS;
    if (letter === 'p') left &= PROC_FIRST - 1n;
  }
  return text;
}

/** 'WRITE, ALLOC' */
export function sectionFlagNames(flags: bigint, context: FlagContext): string {
  const names: string[] = [];
  let [system, processor, unknown] = [0n, 0n, 0n];
  for (const bit of bitsOf(flags)) {
    const flag = FLAGS[hex(bit)] ?? extension(bit, context);
    if (flag?.name) names.push(flag.name);
    else if (bit & MASK_OS) system |= bit;
    else if (bit & MASK_PROC) processor |= bit;
    else unknown |= bit;
  }
  if (system) names.push(`OS (${hex(system, 16)})`);
  if (processor) names.push(`PROC (${hex(processor, 16)})`);
  if (unknown) names.push(`UNKNOWN (${hex(unknown, 16)})`);
  return names.join(', ');
}

/** The lines below the section table. */
export function sectionFlagKey({ machine, osAbi }: FlagContext): string {
  const extra = [
    ...(osAbi === GNU || osAbi === FREEBSD ? ['R (retain)'] : []),
    ...(osAbi === GNU || osAbi === FREEBSD || osAbi === 0 ? ['D (mbind)'] : []),
    ...(machine === ElfMachine.X86_64 ? ['l (large)'] : []),
    ...(machine === ElfMachine.Arm ? ['y (purecode)'] : []),
    'p (processor specific)',
  ];
  return `Key to Flags:
  W (write), A (alloc), X (execute), M (merge), S (strings), I (info),
  L (link order), O (extra OS processing required), G (group), T (TLS),
  C (compressed), x (unknown), o (OS specific), E (exclude),
  ${extra.join(', ')}
`;
}
