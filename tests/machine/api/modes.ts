import { describe } from 'vitest';
import { Machine, type MachineOptions, type Process } from '../../../packages/machine/dist/index.js';
import { haveBusybox } from '../programs.js';

export { Machine, MachineError, type MachineOptions, type Process } from '../../../packages/machine/dist/index.js';

export interface Mode {
  /** A machine in this mode on the host's files; closed after the test by `using`. */
  create(options?: MachineOptions): Promise<Machine>;
  worker: boolean;
}

/** The same tests with the engine in a worker thread and on this one. */
export function inBothModes(name: string, tests: (mode: Mode) => void): void {
  for (const worker of [true, false]) {
    describe.skipIf(!haveBusybox)(`${name} (${worker ? 'worker' : 'inline'})`, () =>
      tests({ worker, create: (options = {}) => Machine.create({ root: '/', memory: 64 << 20, ...options, worker }) }),
    );
  }
}

/** A busybox shell. */
export function sh(machine: Machine, script: string, options: Parameters<Machine['spawn']>[2] = {}): Promise<Process> {
  return machine.spawn('/bin/busybox', ['sh', '-c', script], options);
}

export function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/** What a script prints, and how it ends. */
export async function run(machine: Machine, script: string, options: Parameters<Machine['spawn']>[2] = {}) {
  const process = await sh(machine, script, { stdout: 'collect', stderr: 'collect', ...options });
  const exit = await process.exited;
  return { ...exit, out: text(exit.stdout), err: text(exit.stderr) };
}

export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
