import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plainEncodingsOf } from '../test/encodings.js';
import { disassemble } from './disassemble.js';
import { rows } from './rows/index.js';

/** What nop instructions behind each instruction bring objdump back into step. */
const PADDING = new Uint8Array(16).fill(0x90);

/** Rows that it writes otherwise, by opcode. */
const OTHERWISE = new Map([
  ['8C', 'rex.W is shown'],
  ['8E', 'a 32-bit register'],
  ['0F B2', 'REX.W without its effect, as on AMD'],
  ['0F B4', 'the same'],
  ['0F B5', 'the same'],
  ['D7', 'the implicit operand'],
  ['0F C7 /1 mem', 'OWORD'],
  ['0F 01 /7 mem', 'BYTE PTR'],
  ['0F 07', 'sysretd'],
  ['0F 35', 'sysexitd'],
  ['0F 00 /0', 'rex.W is shown'],
  ['0F 00 /1', 'the same'],
  ['0F 01 /4', 'the same'],
  ['0F 02', 'a 32-bit selector'],
  ['0F 03', 'the same'],
  ['NP 0F AE /6 reg', 'no r/m but 0'],
  ['NP 0F AE /7 reg', 'the same'],
  ['0F 18 /6', 'newer instructions in hint space'],
  ['0F 18 /7', 'the same'],
  ['0F 1A', 'the same'],
  ['0F 1B', 'the same'],
  ['0F 1C', 'the same'],
  ['0F 0D', 'a name for each reg field'],
  ['DC D0+i', 'no undocumented alias'],
  ['DC D8+i', 'the same'],
  ['DE D0+i', 'the same'],
  ['DD C8+i', 'the same'],
  ['DF C8+i', 'the same'],
  ['D9 D8+i', 'the same'],
  ['DF D0+i', 'the same'],
  ['DF D8+i', 'the same'],
  ['DB E0', 'the processor that had it'],
  ['DB E1', 'the same'],
  ['DB E4', 'the same'],
  ['F2 0F F0 mem', 'no size'],
]);

function hasObjdump(): boolean {
  try {
    execFileSync('objdump', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** objdump's text by address. */
function objdump(code: Uint8Array): Map<number, string> {
  const directory = mkdtempSync(join(tmpdir(), 'ring3-objdump-'));
  try {
    const file = join(directory, 'code.bin');
    writeFileSync(file, code);
    const output = execFileSync('objdump', ['-D', '-b', 'binary', '-m', 'i386:x86-64', '-M', 'intel', '-w', '--no-show-raw-insn', file], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return new Map([...output.matchAll(/^\s*([0-9a-f]+):\t(.*)$/gm)].map(([, address, text]) => [parseInt(address!, 16), text!]));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Without what only objdump prints: symbols, the address behind '#'; it does not write rip-relative displacements as negative numbers. */
function normalise(text: string): string {
  return text
    .replace(/\s*[#<].*$/, '')
    .replace(/\s+/g, ' ')
    .replace(/\[rip\+0x(f{8}[0-9a-f]{8})\]/, (_, hex: string) => `[rip-0x${(2n ** 64n - BigInt(`0x${hex}`)).toString(16)}]`)
    .trim();
}

test.skipIf(!hasObjdump())(
  'the text of every row in every addressing form is what objdump prints',
  () => {
    const cases = rows
      .flatMap((row) => [...plainEncodingsOf(row)])
      .map((bytes) => {
        const ours = disassemble(bytes, 0, 0);
        return { row: ours.row, bytes: bytes.subarray(0, ours.length), address: 0 };
      });
    const parts: Uint8Array[] = [];
    let end = 0;
    for (const entry of cases) {
      entry.address = end;
      parts.push(entry.bytes, PADDING);
      end += entry.bytes.length + PADDING.length;
    }
    const theirs = objdump(Buffer.concat(parts));
    const found = new Map<unknown, string>();
    for (const { bytes, address, row } of cases) {
      const text = disassemble(bytes, 0, address).text;
      const expected = normalise(theirs.get(address) ?? '(nothing)');
      // riz is objdump's name for an index field that names no index.
      if (!row || OTHERWISE.has(row.opcode)) continue;
      if (text !== expected && !expected.includes('riz') && !found.has(row))
        found.set(row, `${Buffer.from(bytes).toString('hex')}: ${text}; objdump ${expected}`);
    }
    expect([...found.values()]).toEqual([]);
    expect(cases.length).toBeGreaterThan(1000);
  },
  60_000,
);
