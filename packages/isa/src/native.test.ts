import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { encodingsOf } from '../test/encodings.js';
import { disassemble } from './disassemble.js';
import { rows } from './rows/index.js';

const source = fileURLToPath(new URL('../test/native.c', import.meta.url));

function canCompile(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What would leave the harness: calls of the kernel, traps of its own, segment registers and state that its C library needs. */
const NOT_RUN =
  /^(syscall|sys.*|int[13]?|mov [c-g]s,.*|pop [fg]s|l[fgs]s|swapgs|iret.*|popf|ret.*|call|jmp|loop.*|j.*|fx?rstor.*|fldenv|rd.sbase|wr.sbase|ud[012])\b/;

/** Runs the records natively: a letter for each, see test/native.c. */
function runNatively(records: Buffer): string {
  const directory = mkdtempSync(join(tmpdir(), 'ring3-native-'));
  try {
    const program = join(directory, 'native');
    execFileSync('gcc', ['-O1', '-o', program, source]);
    return execFileSync(program, { input: records, maxBuffer: 1 << 24 }).toString();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test.skipIf(!canCompile())(
  'the real processor takes every encoding of the rows that are there, and at the same length',
  () => {
    const cases: { bytes: Uint8Array; length: number; text: string; whole: boolean }[] = [];
    for (const row of rows) {
      if (row.exec === null) continue;
      for (const bytes of encodingsOf(row)) {
        const { length, text, row: decoded } = disassemble(bytes, 0, 0);
        if (!decoded || decoded.exec === null || NOT_RUN.test(text.replace(/^(rep\w*|lock) /, ''))) continue;
        cases.push({ bytes, length, text, whole: true });
        if (length > 1) cases.push({ bytes, length: length - 1, text, whole: false });
      }
    }
    const records = Buffer.alloc(cases.length * 17);
    cases.forEach(({ bytes, length }, index) => {
      records.set(bytes, index * 17);
      records[index * 17 + 16] = length;
    });
    const outcomes = runNatively(records);
    const found = cases.flatMap(({ bytes, length, text, whole }, index) => {
      const outcome = outcomes[index]!;
      const agrees = whole ? 'TSE'.includes(outcome) : outcome === 'F';
      return agrees ? [] : [`${Buffer.from(bytes.subarray(0, length)).toString('hex')}: ${text}; natively ${outcome}`];
    });
    expect(found.slice(0, 20)).toEqual([]);
    expect(cases.length).toBeGreaterThan(50_000);
  },
  120_000,
);
