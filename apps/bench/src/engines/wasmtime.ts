import { basename } from 'node:path';
import { buildWasm } from '../catalogue/compile.js';
import type { Engine, EngineRun, Task } from './engine.js';
import { timed } from './process.js';

/** The workloads compiled straight to WebAssembly: what is left when nothing has to be emulated. */
export class Wasmtime implements Engine {
  readonly id = 'wasmtime';
  readonly label = 'C as WebAssembly, wasmtime';
  readonly slow = false;

  constructor(
    private readonly command: string,
    readonly detail: string,
  ) {}

  cannot({ kind, name }: Task): string | null {
    return kind === 'cpu' || name === 'empty' ? null : 'WASI has no such operations';
  }

  async run({ program, args, cwd, ticks }: Task, limit: number): Promise<EngineRun> {
    const command = [this.command, 'run', buildWasm(basename(program)), ...args];
    return { ...(await timed(command, cwd, limit, ticks)), stats: null };
  }

  async stop(): Promise<void> {}
}
