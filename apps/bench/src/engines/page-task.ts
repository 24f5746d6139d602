export interface PageTask {
  /** Of the program: a URL, and its path in the guest. */
  url: string;
  path: string;
  args: string[];
  env: Record<string, string>;
  jit: boolean;
}

export interface PageRun {
  /** Exit status as a shell shows it. */
  status: number;
  stdout: string;
  stderr: string;
  /** Seconds from the machine's making to the program's end. */
  wall: number;
  stats: Record<string, unknown>;
}

declare global {
  var runProgram: ((task: PageTask) => Promise<PageRun>) | undefined;
}
