/** 'cpu': instructions; 'operation': what the kernel does for a program; 'program': real ones; 'start': whole programs that do nothing. */
export type Kind = 'cpu' | 'operation' | 'program' | 'start';

/** One program with arguments, the same for every engine. */
export interface Task {
  /** Of the workload or the program. */
  name: string;
  kind: Kind;
  /** The x86-64 program's path. */
  program: string;
  args: readonly string[];
  cwd: string;
  /** It tells on stderr when a part of its work is done (workloads/harness.h): note the CPU time of each. */
  ticks?: boolean;
}

export interface TimedRun {
  /** Seconds of user and system time, children included. */
  cpu: number;
  /** Seconds. */
  wall: number;
  /** As a shell shows it: 128 + N for signal N. */
  status: number;
  /** SHA-256 of stdout. */
  digest: string;
  stdout: string;
  stderr: string;
  /** For each line of stderr the seconds of CPU time that the process had used then; empty: nobody asked, or it cannot be known. */
  ticks: readonly number[];
}

export interface EngineRun extends TimedRun {
  /** What the engine counted: instructions of the guest, and so on. */
  stats: Readonly<Record<string, unknown>> | null;
}

/** Something that runs x86-64 Linux programs. */
export interface Engine {
  /** As --engines has it. */
  readonly id: string;
  readonly label: string;
  /** Version and settings, as they were found when it ran. */
  readonly detail: string;
  /** Takes so many times as long that long runs are left to others. */
  readonly slow: boolean;
  /** Why this is not for it; null: it is. */
  cannot(task: Task): string | null;
  /** @param limit seconds of wall time. @throws Error */
  run(task: Task, limit: number): Promise<EngineRun>;
  stop(): Promise<void>;
}
