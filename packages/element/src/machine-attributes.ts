import { LitElement, type PropertyDeclarations } from 'lit';
import type { MachineSettings } from './machine-options.js';

const text = { type: String, reflect: true };
const flag = { type: Boolean, reflect: true };
/** Written as a number, kept as it is written: what is none is an error when it is used. */
const number = {
  reflect: true,
  converter: { fromAttribute: numberFrom, toAttribute: (value: unknown) => (value === null ? null : String(value)) },
};

function numberFrom(value: string | null): number | string | null {
  return value !== null && /^\d+$/.test(value) ? Number(value) : value;
}

/** The attributes of a <ring3-machine>, each with a property that mirrors it; null: it is not there. */
export class MachineAttributes extends LitElement implements MachineSettings {
  static override readonly properties: PropertyDeclarations = {
    src: text,
    program: text,
    argv: text,
    env: text,
    cwd: text,
    uid: number,
    gid: number,
    root: text,
    stdin: text,
    autorun: flag,
    pauseAt: { ...text, attribute: 'pause-at' },
    trace: text,
    theme: text,
    memory: number,
    instructions: number,
    wallTime: { ...number, attribute: 'wall-time' },
    processes: number,
    openFiles: { ...number, attribute: 'open-files' },
    outputBytes: { ...number, attribute: 'output-bytes' },
    rlimits: text,
    aslr: text,
    jit: text,
    layout: text,
    seed: number,
    clock: text,
    hostname: text,
    debug: text,
    worker: text,
    workerUrl: { ...text, attribute: 'worker-url' },
    picker: flag,
    noDrop: { ...flag, attribute: 'no-drop' },
    keep: flag,
    pauseOffscreen: { ...flag, attribute: 'pause-offscreen' },
  };

  /** URL of a program (an ELF file or a script) to load and run. */
  declare src: string | null;
  /** Path of a program in the guest; without a slash it is looked up in PATH. Beside `src`: the path that it gets. */
  declare program: string | null;
  /** argv with argv[0], quoted as a shell quotes. Default: the program's path alone. */
  declare argv: string | null;
  /** The whole environment: NAME=VALUE words, quoted as a shell quotes. Default: PATH, HOME and TERM. */
  declare env: string | null;
  /** Working directory in the guest. Default: / */
  declare cwd: string | null;
  /** User that the program runs as. Default: 0 */
  declare uid: number | string | null;
  /** Group that the program runs as. Default: 0 */
  declare gid: number | string | null;
  /** URL of the root file system: an archive (.tar, .tar.gz, .tar.xz, .tar.zst, .deb), or an image folder ending in a slash. Default: an empty one. */
  declare root: string | null;
  /** The whole standard input. Without it, and without a terminal, the program reads what `write` gives. */
  declare stdin: string | null;
  /** Runs as soon as it is on the page. */
  declare autorun: boolean;
  /**
   * Places to pause at, with blanks between them: a stage of execve (`load_elf_binary`), a symbol (`main`), an address (`0x401000`),
   * `fault[:N]`, `syscall:NAME[:N]`, `signal:NAME`, `insn:N`. Acts at once.
   */
  declare pauseAt: string | null;
  /** Events that cost something, to be told: `fault`, `syscall`, `signal`, with blanks between them. */
  declare trace: string | null;
  /** `light` or `dark`; default: as the reader prefers. Acts at once. */
  declare theme: 'light' | 'dark' | null;
  /** Guest memory, as `256m`. Default: 256m */
  declare memory: number | string | null;
  /** Limit: ends the program after so many instructions. */
  declare instructions: number | string | null;
  /** Limit: ends the program after so much time, as `10s`; a number is milliseconds. */
  declare wallTime: number | string | null;
  /** Limit: so many processes and threads at once. */
  declare processes: number | string | null;
  /** Limit: so many open files of a process. */
  declare openFiles: number | string | null;
  /** Limit: ends the program when it has written so much, as `1m`. */
  declare outputBytes: number | string | null;
  /** Limits of the program and its children, as setrlimit(2) sets them: NAME=LIMIT or NAME=SOFT:HARD, as `nofile=64 stack=1m:8m`. */
  declare rlimits: string | null;
  /** Are addresses random? `on` or `off`; default: off */
  declare aslr: string | null;
  /** Is hot code translated to WebAssembly? `on` or `off`, which differ in speed alone; default: on */
  declare jit: string | null;
  /** Where things lie in an address space: `compact` (default), or `linux`, as on Linux. */
  declare layout: 'compact' | 'linux' | null;
  /** Makes everything random in the guest the same in every run. */
  declare seed: number | string | null;
  /** `real`, or `virtual`: time passes with instructions, and the run can go back. Default: virtual where `pause-at` is set, else real */
  declare clock: 'real' | 'virtual' | null;
  /** Name of the machine. Default: ring3 */
  declare hostname: string | null;
  /** Topics of messages on the console for developers: `syscalls` tells calls that are not there. */
  declare debug: string | null;
  /** `on` (default), or `off`: runs on the page's own thread. */
  declare worker: string | null;
  /** The worker's script on one's own server, where a policy forbids blob: workers. */
  declare workerUrl: string | null;
  /** Shows a button that opens a program, or files for the guest. */
  declare picker: boolean;
  /** Does not take files that are dropped on it. */
  declare noDrop: boolean;
  /** Keeps the machine when the program has ended, until reset: its files can still be read. */
  declare keep: boolean;
  /** Pauses while nobody can see it. */
  declare pauseOffscreen: boolean;

  constructor() {
    super();
    const self = this as unknown as Record<string, unknown>;
    for (const [name, { type }] of Object.entries(MachineAttributes.properties)) self[name] = type === Boolean ? false : null;
  }
}
