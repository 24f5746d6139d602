import { Mandatory } from '@ring3/abi';

/** The notation of rows, parsed: opcode patterns and operands. */

/** One-byte map, 0F, 0F 38, 0F 3A. */
export const enum OpcodeMap {
  One = 0,
  Two = 1,
  Three38 = 2,
  Three3A = 3,
}

export interface OpcodePattern {
  /** Mandatory prefix; null: the row is selected whatever the prefix. */
  readonly prefix: Mandatory | null;
  readonly map: OpcodeMap;
  /** First opcode byte in its map; `plusR`: this and the seven that follow. */
  readonly opcode: number;
  readonly plusR: boolean;
  /** What ModRM.reg must be, or null. */
  readonly digit: number | null;
  readonly form: 'mem' | 'reg' | null;
  /** The whole ModRM byte, or null. */
  readonly modrm: number | null;
}

export interface Operand {
  readonly text: string;
  /** Addressing method letters, one per alternative ('Rd/Mw': 'RM'); '' for fixed registers and constants. */
  readonly methods: string;
  /** Size letters, one per alternative. */
  readonly types: readonly string[];
  /** A fixed register's class and number. */
  readonly fixed?: { readonly kind: 'gpr' | 'segment' | 'other'; readonly number: number };
}

const PREFIXES = new Map<string, Mandatory>([
  ['NP', Mandatory.None],
  ['66', Mandatory.P66],
  ['F3', Mandatory.F3],
  ['F2', Mandatory.F2],
]);

const THREE_BYTE_MAPS = new Map<string, OpcodeMap>([
  ['38', OpcodeMap.Three38],
  ['3A', OpcodeMap.Three3A],
]);

/** Parses '66 0F 3A 0F', '0F AE /0 mem', 'D8 C0+i', '0F C8+r', '0F 01 D0'. Throws on anything else. */
export function parseOpcode(text: string): OpcodePattern {
  const tokens = text.split(' ');
  let prefix: Mandatory | null = null;
  if (PREFIXES.has(tokens[0]!) && tokens.length > 1) prefix = PREFIXES.get(tokens.shift()!)!;
  let map = OpcodeMap.One;
  if (tokens[0] === '0F' && tokens.length > 1) {
    tokens.shift();
    map = (tokens.length > 1 ? THREE_BYTE_MAPS.get(tokens[0]!) : undefined) ?? OpcodeMap.Two;
    if (map !== OpcodeMap.Two) tokens.shift();
  }
  const first = /^([0-9A-F]{2})(\+r)?$/.exec(tokens.shift() ?? '');
  if (!first) throw new Error(`opcode '${text}': no opcode byte`);
  let digit: number | null = null;
  let form: 'mem' | 'reg' | null = null;
  let modrm: number | null = null;
  for (const token of tokens) {
    const group = /^\/([0-7])$/.exec(token);
    const byte = /^([C-F][0-9A-F])(\+i)?$/.exec(token);
    if (group) digit = Number(group[1]);
    else if (token === 'mem' || token === 'reg') form = token;
    else if (byte && byte[2]) {
      digit = (parseInt(byte[1]!, 16) >> 3) & 7;
      form = 'reg';
    } else if (byte) modrm = parseInt(byte[1]!, 16);
    else throw new Error(`opcode '${text}': '${token}'`);
  }
  return { prefix, map, opcode: parseInt(first[1]!, 16), plusR: first[2] !== undefined, digit, form, modrm };
}

const GPR_NAMES = ['AX', 'CX', 'DX', 'BX', 'SP', 'BP', 'SI', 'DI'];
const BYTE_NAMES = ['AL', 'CL', 'DL', 'BL'];
const SEGMENT_NAMES = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS'];
const SIZE_BY_LETTER: Record<string, string> = { r: 'v', e: 'z', E: 'd', R: 'q', '': 'w' };

function fixedRegister(text: string): Operand | null {
  const byte = BYTE_NAMES.indexOf(text);
  if (byte >= 0) return { text, methods: '', types: ['b'], fixed: { kind: 'gpr', number: byte } };
  const segment = SEGMENT_NAMES.indexOf(text);
  if (segment >= 0) return { text, methods: '', types: ['w'], fixed: { kind: 'segment', number: segment } };
  const gpr = /^([reER]?)([A-D]X|[SB]P|[SD]I)$/.exec(text);
  if (gpr) return { text, methods: '', types: [SIZE_BY_LETTER[gpr[1]!]!], fixed: { kind: 'gpr', number: GPR_NAMES.indexOf(gpr[2]!) } };
  if (text === 'ST0' || text === 'XMM0') return { text, methods: '', types: [''], fixed: { kind: 'other', number: 0 } };
  return null;
}

/** Parses 'Ev,Gv', 'Vdq,Rd/Mw,Ib', 'STi', 'AL,1'. Throws on anything outside the notation of row.ts. */
export function parseOperands(text: string): readonly Operand[] {
  if (text === '') return [];
  return text.split(',').map((part): Operand => {
    if (part === '1' || part === '3') return { text: part, methods: '', types: [''] };
    if (part === 'STi') return { text: part, methods: 'T', types: [''] };
    const fixed = fixedRegister(part);
    if (fixed) return fixed;
    const alternatives = part.split('/').map((alternative) => {
      const match = /^([CDEFGIJMNOPQRSUVWXYZ])([a-z0-9]*)$/.exec(alternative);
      if (!match) throw new Error(`operands '${text}': '${alternative}'`);
      return match;
    });
    return { text: part, methods: alternatives.map((match) => match[1]!).join(''), types: alternatives.map((match) => match[2]!) };
  });
}
