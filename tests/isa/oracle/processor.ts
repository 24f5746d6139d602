import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from './cases.js';
import { State } from './state.js';

/** The processor that this runs on, through native.c. */
export class Processor {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ring3-oracle-'));
  readonly #program = join(this.#folder, 'native');

  constructor() {
    const source = fileURLToPath(new URL('native.c', import.meta.url));
    const { status, stderr } = spawnSync('cc', ['-O1', '-static', '-no-pie', '-o', this.#program, source], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cc: ${stderr}`);
  }

  /** The states behind the cases. */
  run(cases: readonly Case[]): Uint8Array[] {
    const input = Buffer.alloc(cases.length * (16 + State.Bytes));
    cases.forEach(({ bytes, state }, i) => {
      const at = i * (16 + State.Bytes);
      input.set(bytes, at);
      input[at + 15] = bytes.length;
      input.set(state, at + 16);
    });
    const { status, stdout } = spawnSync(this.#program, { input, maxBuffer: 1 << 30 });
    if (status !== 0 || stdout.length !== cases.length * State.Bytes) throw new Error(`native: status ${status}, ${stdout.length} bytes`);
    return cases.map((_, i) => new Uint8Array(stdout.subarray(i * State.Bytes, (i + 1) * State.Bytes)));
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
