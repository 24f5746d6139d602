import { createHash } from 'node:crypto';
import type { Browser, BrowserServer } from 'playwright';
import { basename } from 'node:path';
import type { Engine, EngineRun, Task } from './engine.js';
import type { PageRun, PageTask } from './page-task.js';
import { PageServer } from './page-server.js';
import { environment } from './process.js';
import { treeCpuTime } from './process-tree.js';

/** Let what the browser does besides, as closing the page before, come to its end. */
const SETTLE_MS = 300;

/** Machine in a page of headless Chromium. CPU time is that of all the browser's processes. */
export class Ring3InChromium implements Engine {
  readonly label: string;
  readonly slow: boolean;
  /** What the machine said of its JIT; null: nothing was run yet. */
  private translated: string | null = null;

  private constructor(
    readonly id: string,
    private readonly jit: boolean,
    private readonly server: BrowserServer,
    private readonly browser: Browser,
    private readonly pages: PageServer,
  ) {
    this.label = jit ? 'Ring3 in Chromium' : 'Ring3 in Chromium, jit: false';
    this.slow = !jit;
  }

  /** @param executable @param flags of the browser */
  static async start(id: string, jit: boolean, executable: string, flags: readonly string[]): Promise<Ring3InChromium> {
    const { chromium } = await import('playwright');
    const server = await chromium.launchServer({ executablePath: executable, args: [...flags] });
    const browser = await chromium.connect(server.wsEndpoint());
    return new Ring3InChromium(id, jit, server, browser, await PageServer.start());
  }

  get detail(): string {
    return `Chromium ${this.browser.version()}, ${this.translated ?? (this.jit ? 'jit: true asked for' : 'jit: false')}`;
  }

  cannot({ kind }: Task): string | null {
    return kind === 'cpu' || kind === 'operation' ? null : 'a page has no files of this system';
  }

  async run(task: Task, limit: number): Promise<EngineRun> {
    // A context of its own: nothing compiled before is there.
    const context = await this.browser.newContext();
    try {
      const page = await context.newPage();
      const crashed = new Promise<never>((_, reject) => page.once('crash', () => reject(new Error('the page crashed'))));
      await page.goto(`${this.pages.url}run.html`);
      await page.waitForFunction(() => globalThis.runProgram !== undefined);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const name = basename(task.program);
      const wanted: PageTask = {
        url: this.pages.offer(name, task.program),
        path: `/bench/${name}`,
        args: [...task.args],
        env: { ...environment },
        jit: this.jit,
      };
      const before = treeCpuTime(this.server.process().pid!);
      const run = await within(limit, Promise.race([crashed, page.evaluate((wanted) => globalThis.runProgram!(wanted), wanted)]));
      const cpu = treeCpuTime(this.server.process().pid!) - before;
      this.translated = jitOf(run);
      const { status, stdout, stderr, wall, stats } = run;
      return { cpu, wall, status, stdout, stderr, digest: createHash('sha256').update(stdout, 'latin1').digest('hex'), stats, ticks: [] };
    } finally {
      await context.close();
    }
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    await this.pages.stop();
  }
}

/** The statistics tell whether there was a JIT. */
function jitOf({ stats }: PageRun): string {
  return stats['jit'] ? 'jit: true' : 'without JIT';
}

/** @throws Error it took longer */
async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds.toFixed(0)} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
