import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cpu, ExitReason, Vector } from '@ring3/abi';
import { rows } from '@ring3/isa';
import { DATA, Machine } from './machine.js';

/**
 * Every x87 row against the processor that the tests run on: native.c says what it does, the core must do the same. Where makes
 * differ (C1 after FCOMI, FCMOV and FFREE, which the SDM leaves undefined or clears), the core does what AMD processors do.
 */

const CASES = 600;

/** struct run of native.c. */
const enum Run {
  Trapped = 3,
  Before = 8,
  After = 8 + 288,
  Bytes = 8 + 2 * 288,
}

/** struct state of native.c; the image has FXSAVE's layout. */
const enum State {
  Fcw = 0,
  Fsw = 2,
  Ftw = 4,
  St = 32,
  /** Where the image ends, too. */
  Rax = 160,
  Rflags = 168,
  Memory = 176,
  MemoryBytes = 112,
}

const STATUS_FLAGS = 0x8d5;
const C1 = 0x200;

interface Form {
  readonly name: string;
  readonly opcode: number;
  readonly modrm: number;
  readonly prefix: number;
}

/** The encodings of a row: memory forms through [rdx], with and without 66 where operand size matters; ST0, ST1 and ST7. */
function formsOf(row: (typeof rows)[number]): Form[] {
  const name = `${row.opcode} ${row.mnemonic}`;
  if (row.opcode === '9B') return [{ name, opcode: 0x9b, modrm: 0, prefix: 0 }];
  const match = /^(D[89A-F]) (?:\/(\d) mem|([C-F][0-9A-F])(\+i)?)$/.exec(row.opcode);
  if (!match) return [];
  const opcode = parseInt(match[1]!, 16);
  if (match[2] !== undefined) {
    const prefixes = row.operands === 'Mz' ? [0, 0x66] : [0];
    return prefixes.map((prefix) => ({ name, opcode, modrm: (Number(match[2]) << 3) | 2, prefix }));
  }
  const first = parseInt(match[3]!, 16);
  return (match[4] ? [0, 1, 7] : [0]).map((i) => ({ name, opcode, modrm: first + i, prefix: 0 }));
}

/** Results may differ in the last place, and then in C1: no two makes of processors agree in it. */
const TRANSCENDENTAL = /^(f2xm1|fyl2x|fyl2xp1|fptan|fpatan|fsincos|fsin|fcos)$/;

/** Runs the loaded instruction once from a native state, as native.c did. */
function runFrom(machine: Machine, before: Buffer): { exit: ExitReason; after: Buffer } {
  machine.restore(before.subarray(0, State.Rax));
  machine.write(DATA, before.subarray(State.Memory, State.Memory + State.MemoryBytes));
  machine.setRegister(Cpu.Rax, before.readBigUInt64LE(State.Rax));
  machine.setRegister(Cpu.Rdx, BigInt(DATA));
  machine.core.setEflags(before.readUInt32LE(State.Rflags));
  const exit = machine.step();
  const after = Buffer.alloc(State.Memory + State.MemoryBytes);
  after.set(machine.save().subarray(0, State.Rax));
  after.writeBigUInt64LE(machine.register(Cpu.Rax), State.Rax);
  after.writeUInt32LE(machine.core.getEflags(), State.Rflags);
  after.set(machine.read(DATA, State.MemoryBytes), State.Memory);
  return { exit, after };
}

function encoding({ opcode, modrm, prefix }: Form): number[] {
  const bytes = opcode === 0x9b ? [0x9b] : [opcode, modrm];
  return prefix ? [prefix, ...bytes] : bytes;
}

/** Bytes of an environment image that hold FIP, FOP and FDP: those depend on the addresses where the code lies. */
function pointers(form: Form): [number, number] {
  if ((form.opcode !== 0xd9 && form.opcode !== 0xdd) || ((form.modrm >> 3) & 7) !== 6 || form.modrm >= 0xc0) return [0, 0];
  return form.prefix ? [6, 14] : [12, 28];
}

/** Sign aside, exponent and fraction (without the integer bit) count up through all numbers. */
function place(x: Buffer): bigint {
  return (BigInt(x.readUInt16LE(8)) << 63n) + BigInt.asUintN(63, x.readBigUInt64LE(0));
}

/** As one reads a number: most significant byte first. */
function hex(x: Buffer): string {
  return x.readUInt16LE(8).toString(16).padStart(4, '0') + x.readBigUInt64LE(0).toString(16).padStart(16, '0');
}

function sameRegister(want: Buffer, got: Buffer, ulps: bigint): boolean {
  if (want.equals(got)) return true;
  if (ulps === 0n || want[9]! >> 7 !== got[9]! >> 7) return false;
  const distance = place(want) - place(got);
  return distance >= -ulps && distance <= ulps;
}

/** What differs, in words; empty when nothing does. */
function differences(form: Form, want: Buffer, got: Buffer, ulps: bigint): string[] {
  const found: string[] = [];
  const compare = (name: string, a: number, b: number) => {
    if (a !== b) found.push(`${name}: ${a.toString(16)}, got ${b.toString(16)}`);
  };
  const ignored = ulps === 0n ? 0 : C1;
  compare('fcw', want.readUInt16LE(State.Fcw), got.readUInt16LE(State.Fcw));
  compare('fsw', want.readUInt16LE(State.Fsw) & ~ignored, got.readUInt16LE(State.Fsw) & ~ignored);
  compare('ftw', want[State.Ftw]!, got[State.Ftw]!);
  compare('flags', want.readUInt32LE(State.Rflags) & STATUS_FLAGS, got.readUInt32LE(State.Rflags) & STATUS_FLAGS);
  if (want.readBigUInt64LE(State.Rax) !== got.readBigUInt64LE(State.Rax)) found.push('rax');
  for (let i = 0; i < 8; i++) {
    const at = State.St + 16 * i;
    const a = want.subarray(at, at + 10);
    const b = got.subarray(at, at + 10);
    if (!sameRegister(a, b, ulps)) found.push(`st${i}: ${hex(a)}, got ${hex(b)}`);
  }
  const [from, to] = pointers(form);
  for (let i = 0; i < State.MemoryBytes; i++) {
    if (i >= from && i < to) continue;
    if (want[State.Memory + i] !== got[State.Memory + i]) {
      found.push(
        `memory at ${i}: ${want.toString('hex', State.Memory, State.Memory + 28)}, got ${got.toString('hex', State.Memory, State.Memory + 28)}`,
      );
      break;
    }
  }
  return found;
}

const hasGcc = process.arch === 'x64' && process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0;

describe.skipIf(!hasGcc)('x87 against the processor', () => {
  const folder = hasGcc ? mkdtempSync(join(tmpdir(), 'ring3-x87-')) : '';
  const native = join(folder, 'native');
  const machine = hasGcc ? new Machine() : undefined;

  beforeAll(() => {
    const source = fileURLToPath(new URL('native.c', import.meta.url));
    const { status, stderr } = spawnSync('gcc', ['-O1', '-w', '-o', native, source], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const implemented = rows.filter((row) => row.from?.startsWith('fpu/x87/') && row.feature !== 'fxsr' && row.exec !== null);
  it.each([...new Set(implemented.map((row) => row.from!))])('%s', (file) => {
    const wrong: string[] = [];
    for (const row of implemented.filter(({ from }) => from === file)) {
      for (const form of formsOf(row)) {
        const input = [form.opcode, form.modrm, form.prefix].map((x) => x.toString(16)).join(' ');
        const { stdout, status } = spawnSync(native, [String(CASES), String(form.opcode * 256 + form.modrm)], {
          input,
          maxBuffer: 1 << 28,
        });
        expect([form.name, status, stdout.length]).toEqual([form.name, 0, CASES * Run.Bytes]);
        machine!.load(encoding(form));
        const ulps = TRANSCENDENTAL.test(row.mnemonic) ? 1n : 0n;
        for (let at = 0; at < stdout.length; at += Run.Bytes) {
          const before = stdout.subarray(at + Run.Before, at + Run.After);
          const { exit, after } = runFrom(machine!, before);
          let found: string[];
          if (stdout[at + Run.Trapped]) {
            found = exit === ExitReason.Exception && machine!.vector === Vector.MF ? [] : [`#MF, got exit ${exit}`];
          } else if (exit !== ExitReason.Budget) found = [`exit ${exit}, vector ${machine!.vector}`];
          else found = differences(form, stdout.subarray(at + Run.After, at + Run.Bytes), after, ulps);
          if (found.length > 0) wrong.push(`${form.name} from ${before.toString('hex', 0, 64)}: ${found.join('; ')}`);
        }
      }
    }
    expect(wrong.slice(0, 8)).toEqual([]);
  });
});
