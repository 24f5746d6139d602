import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalise, Place, STATE_BYTES, Word } from './layout.js';
import { startOf, type Input, type Outcome, type Run } from './vectors.js';

/** The processor that this runs on, through native.c. */
export class Processor {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ring3-oracle-'));
  readonly #program = join(this.#folder, 'native');

  constructor() {
    const source = fileURLToPath(new URL('../native.c', import.meta.url));
    const { status, stderr } = spawnSync('cc', ['-O1', '-static', '-no-pie', '-mno-red-zone', '-o', this.#program, source], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cc: ${stderr}`);
  }

  /** What the cases come to, normalised. */
  run(memory: Uint8Array, bases: readonly BigUint64Array[], cases: readonly Input[]): Outcome[] {
    const input = Buffer.concat([memory, ...cases.map((one) => record(one, startOf(bases, one)))]);
    const { status, stdout, signal } = spawnSync(this.#program, { input, maxBuffer: 2 ** 31 });
    const outcomes: Outcome[] = [];
    for (let at = 0; at < stdout.length;) {
      const { outcome, end } = outcomeAt(stdout, at);
      outcomes.push(outcome);
      at = end;
    }
    if (status !== 0 || outcomes.length !== cases.length) {
      const last = cases[outcomes.length];
      throw new Error(`native: status ${status}, ${signal}, at ${last && Buffer.from(last.code).toString('hex')}`);
    }
    return outcomes;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** What a record of native.c has for the length and the code. */
const CODE_BYTES = 128;

function record({ code, runs }: Input, state: BigUint64Array): Buffer {
  const head = Buffer.alloc(CODE_BYTES + STATE_BYTES + 2);
  head[0] = code.length;
  head.set(code, 1);
  head.set(new Uint8Array(state.buffer), CODE_BYTES);
  head.writeUInt16LE(runs.length, CODE_BYTES + STATE_BYTES);
  return Buffer.concat([head, ...runs.flatMap((run) => [runHead(run), run.bytes])]);
}

function runHead({ offset, bytes }: Run): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(offset);
  head.writeUInt16LE(bytes.length, 2);
  return head;
}

function outcomeAt(data: Buffer, start: number): { outcome: Outcome; end: number } {
  const state = BigUint64Array.from({ length: Word.Count }, (_, i) => data.readBigUInt64LE(start + 8 * i));
  let at = start + STATE_BYTES;
  const vector = data.readUInt32LE(at);
  const error = data.readUInt32LE(at + 4);
  // Behind the int3 that ended it.
  const rip = Number(data.readBigInt64LE(at + 8)) - Place.Start - (vector === 3 ? 1 : 0);
  const cr2 = data.readBigUInt64LE(at + 16);
  const runs: Run[] = [];
  const count = data.readUInt16LE(at + 24);
  at += 26;
  for (let i = 0; i < count; i++) {
    const length = data.readUInt16LE(at + 2);
    runs.push({ offset: data.readUInt16LE(at), bytes: Uint8Array.from(data.subarray(at + 4, at + 4 + length)) });
    at += 4 + length;
  }
  normalise(state);
  return { outcome: { vector, error, rip, cr2, state, runs }, end: at };
}
