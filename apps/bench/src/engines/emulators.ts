import { execFileSync } from 'node:child_process';
import type { Engine, EngineRun, Task } from './engine.js';
import { timed } from './process.js';

/** The first line of what a command says of its version. */
export function versionOf(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .split('\n')[0]!
    .trim();
}

/** Another emulator on PATH that takes the program and its arguments. */
export class Emulator implements Engine {
  readonly slow = false;

  /** @param exceptions names of tasks that are not for it, with the reason */
  constructor(
    readonly id: string,
    readonly label: string,
    private readonly command: string,
    readonly detail: string,
    private readonly exceptions: Readonly<Record<string, string>>,
  ) {}

  cannot({ name }: Task): string | null {
    return this.exceptions[name] ?? null;
  }

  async run({ program, args, cwd, ticks }: Task, limit: number): Promise<EngineRun> {
    return { ...(await timed([this.command, program, ...args], cwd, limit, ticks)), stats: null };
  }

  async stop(): Promise<void> {}
}
