import { release } from 'node:os';
import type { Engine, EngineRun, Task } from './engine.js';
import { timed } from './process.js';

/** The yardstick. */
export class Native implements Engine {
  readonly id = 'native';
  readonly label = 'native';
  readonly detail = `Linux ${release()}`;
  readonly slow = false;

  cannot(): string | null {
    return null;
  }

  async run(task: Task, limit: number): Promise<EngineRun> {
    return { ...(await timed([task.program, ...task.args], task.cwd, limit, task.ticks)), stats: null };
  }

  async stop(): Promise<void> {}
}
