import { ring3Command } from '../places.js';
import type { Engine, EngineRun, Task } from './engine.js';
import { environment, timed } from './process.js';

/** The ring3 command against this system's own files. */
export class Ring3InNode implements Engine {
  readonly label: string;
  readonly detail: string;
  readonly slow: boolean;
  private readonly options: readonly string[];

  constructor(
    readonly id: string,
    jit: 'on' | 'off',
  ) {
    this.label = jit === 'on' ? 'Ring3 in Node' : 'Ring3 in Node, --jit off';
    this.detail = `Node ${process.versions.node}, --jit ${jit}`;
    this.slow = jit === 'off';
    const variables = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    this.options = ['run', '--root', '/', '--jit', jit, '--stats=json', ...variables];
  }

  cannot(): string | null {
    return null;
  }

  command(task: Task): string[] {
    return [process.execPath, ring3Command, ...this.options, '--', task.program, ...task.args];
  }

  async run(task: Task, limit: number): Promise<EngineRun> {
    const run = await timed(this.command(task), task.cwd, limit, task.ticks);
    return { ...run, stats: statsOf(run.stderr) };
  }

  async stop(): Promise<void> {}
}

/** --stats=json is the last line. @throws Error it is not there */
function statsOf(stderr: string): Readonly<Record<string, unknown>> {
  const last = stderr.trimEnd().split('\n').at(-1)!;
  if (!last.startsWith('{')) throw new Error(`no statistics at the end of stderr:\n${stderr.slice(-2000)}`);
  return JSON.parse(last) as Readonly<Record<string, unknown>>;
}
