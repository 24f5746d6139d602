import { css, html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { type Exit, type FileSpec, Machine, MachineError, type MachineOptions, type Process, type Progress } from '@ring3/machine';
import { dispatch, type MachineElementState } from './events.js';
import { explainError } from './explain-error.js';
import { Ring3File } from './file-element.js';
import { OutputText } from './output-text.js';
import { shellWords } from './shell-words.js';
import { controls, tokens } from './styles.js';
import type { TerminalLink } from './terminal-link.js';

/** Tracepoints behind the event that `trace` names. */
const traceEvents = {
  fault: ['exceptions'],
  syscall: ['syscalls'],
  signal: ['signal'],
} as const;
type TraceName = keyof typeof traceEvents;

/**
 * Runs an x86-64 Linux program and shows what it prints.
 *
 * ```html
 * <ring3-machine src="hello" autorun></ring3-machine>
 * <ring3-machine root="images/base/" program="/bin/bash" env="TERM=xterm-256color">
 *   <ring3-terminal></ring3-terminal>
 * </ring3-machine>
 * ```
 *
 * @tag ring3-machine
 * @slot - `<ring3-file>` children; anything else here is shown only where there is no JavaScript
 * @slot terminal - a `<ring3-terminal>` goes here by itself
 * @slot title - replaces the program's name in the head
 * @csspart frame - the whole
 * @csspart head - name, state and buttons
 * @csspart title - the program's name
 * @csspart status - the state in words
 * @csspart button - every button
 * @csspart output - what the program printed, where there is no terminal
 * @csspart error - what went wrong
 * @csspart progress - how far loading is
 * @cssproperty --ring3-background - of the frame
 * @cssproperty --ring3-color - of text
 * @cssproperty --ring3-muted - of what matters less
 * @cssproperty --ring3-border - of lines
 * @cssproperty --ring3-accent - of the button to press
 * @cssproperty --ring3-on-accent - of text on it
 * @cssproperty --ring3-error - of errors
 * @cssproperty --ring3-screen-background - behind output
 * @cssproperty --ring3-screen-color - of output
 * @cssproperty --ring3-font - family of text
 * @cssproperty --ring3-mono - family of output
 * @cssproperty --ring3-radius - of corners
 * @cssproperty --ring3-output-height - greatest height of the plain output
 * @cssstate loading
 * @cssstate running
 * @cssstate paused
 * @cssstate exited
 * @cssstate error
 * @fires ring3-progress - something is being loaded: phase, file, loaded, total
 * @fires ring3-ready - booted
 * @fires ring3-statechange - state, previous
 * @fires ring3-stage - a stage of execve, where `trace` has `stage`
 * @fires ring3-stdout - data: Uint8Array
 * @fires ring3-stderr - data: Uint8Array
 * @fires ring3-exit - code, signal, stats
 * @fires ring3-error - id, message, help
 * @fires ring3-fault - records, where `trace` has `fault`
 * @fires ring3-syscall - records, where `trace` has `syscall`
 * @fires ring3-signal - records, where `trace` has `signal`
 */
export class Ring3Machine extends LitElement {
  static override readonly styles = [
    tokens,
    controls,
    css`
      .frame {
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        background: var(--_bg);
        overflow: hidden;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: center;
        padding: 8px 12px;
        border-bottom: 1px solid var(--_line);
      }
      .title {
        font-family: var(--_mono);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .status {
        color: var(--_muted);
        margin-inline-end: auto;
      }
      .output {
        margin: 0;
        padding: 12px;
        min-height: 3em;
        max-height: var(--ring3-output-height, 20em);
        overflow: auto;
        background: var(--_screen);
        color: var(--_screen-fg);
        font: 13px/1.4 var(--_mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .output:focus-visible {
        outline: 2px solid var(--_accent);
        outline-offset: -2px;
      }
      .error {
        margin: 0;
        padding: 8px 12px;
        color: var(--_bad);
      }
      progress {
        width: 8em;
        accent-color: var(--_accent);
      }
    `,
  ];

  static override readonly properties: PropertyDeclarations = {
    src: { type: String, reflect: true },
    program: { type: String, reflect: true },
    argv: { type: String },
    env: { type: String },
    cwd: { type: String },
    root: { type: String, reflect: true },
    autorun: { type: Boolean, reflect: true },
    stdin: { type: String },
    trace: { type: String },
    theme: { type: String, reflect: true },
    memory: { type: String },
    timeout: { type: String },
    maxInsns: { type: Number, attribute: 'max-insns' },
    aslr: { type: String },
    layout: { type: String },
    seed: { type: Number },
    clock: { type: String },
    hostname: { type: String },
    inline: { type: Boolean },
    workerUrl: { type: String, attribute: 'worker-url' },
    pauseOffscreen: { type: Boolean, attribute: 'pause-offscreen' },
    state: { state: true },
    progress: { state: true },
    failure: { state: true },
    shown: { state: true },
    terminal: { state: true },
  };

  /** URL of a program (ELF file or script) to load and run. */
  declare src: string | null;
  /** Path of a program in the guest; without a slash it is looked up in PATH. */
  declare program: string | null;
  /** argv with argv[0], quoted as a shell quotes. Default: the program's name alone. */
  declare argv: string | null;
  /** NAME=VALUE words, quoted as a shell quotes. */
  declare env: string | null;
  /** Working directory in the guest. */
  declare cwd: string | null;
  /** URL of the root file system: an archive, or an image folder ending in '/'. */
  declare root: string | null;
  /** Runs as soon as it is on the page. */
  declare autorun: boolean;
  /** The whole standard input, as text. Without it, and without a terminal, the program reads what `write` gives. */
  declare stdin: string | null;
  /** Events that cost something, to be told: fault, syscall, signal, stage. */
  declare trace: string | null;
  /** light, dark; default: as the reader prefers. */
  declare theme: 'light' | 'dark' | null;
  /** Guest memory, as 256m. */
  declare memory: string | null;
  /** Ends everything after so much time, as 10s. */
  declare timeout: string | null;
  /** Ends everything after so many instructions. */
  declare maxInsns: number | null;
  /** on, off. */
  declare aslr: string | null;
  /** compact, linux. */
  declare layout: 'compact' | 'linux' | null;
  declare seed: number | null;
  /** real, virtual. */
  declare clock: 'real' | 'virtual' | null;
  declare hostname: string | null;
  /** Runs on the page's own thread instead of a worker. */
  declare inline: boolean;
  /** The worker's script on one's own server, where a policy forbids blob: workers. */
  declare workerUrl: string | null;
  /** Pauses while nobody can see it. */
  declare pauseOffscreen: boolean;

  /** @internal */
  declare state: MachineElementState;
  /** @internal */
  declare progress: Progress | null;
  /** @internal */
  declare failure: string | null;
  /** @internal */
  declare shown: string;
  /** @internal */
  declare terminal: TerminalLink | null;

  private readonly internals: ElementInternals | null = null;
  private readonly output = new OutputText();
  private running: { machine: Machine; process: Process; keys: WritableStreamDefaultWriter<Uint8Array> | null } | null = null;
  /** Counts starts, so that what belongs to an earlier one is dropped. */
  private start = 0;
  private abort: AbortController | null = null;
  private disposal: ReturnType<typeof setTimeout> | undefined;
  private observer: IntersectionObserver | null = null;
  private pausedOffscreen = false;
  /** Bytes that `write` was given before the program could take them. */
  private early: Uint8Array[] = [];

  constructor() {
    super();
    for (const name of Object.keys(Ring3Machine.properties)) (this as unknown as Record<string, unknown>)[name] = null;
    this.state = 'idle';
    this.progress = null;
    this.failure = null;
    this.shown = '';
    this.terminal = null;
    this.autorun = false;
    this.inline = false;
    this.pauseOffscreen = false;
    if (typeof this.attachInternals === 'function') this.internals = this.attachInternals();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A move within the page disconnects and connects again at once: the machine stays.
    clearTimeout(this.disposal);
    this.observeVisibility();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer?.disconnect();
    this.observer = null;
    this.disposal = setTimeout(() => void this.reset(), 0);
  }

  protected override firstUpdated(): void {
    if (this.autorun) void this.run().catch(() => {});
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('pauseOffscreen')) this.observeVisibility();
    if (changed.has('shown')) {
      const output = this.renderRoot.querySelector('.output');
      if (output) output.scrollTop = output.scrollHeight;
    }
  }

  /**
   * Starts the program, or goes on where it is paused. Resolves with how it ended.
   * @throws MachineError what `ring3-error` tells
   */
  async run(): Promise<Exit> {
    if (this.state === 'paused') {
      await this.resume();
      return this.running!.process.exited;
    }
    if (this.running && this.state === 'running') return this.running.process.exited;
    await this.reset();
    const start = ++this.start;
    this.abort = new AbortController();
    this.setState('loading');
    try {
      return await this.boot(start, this.abort.signal);
    } catch (error) {
      if (start === this.start) this.fail(MachineError.from(error));
      throw error;
    }
  }

  private async boot(start: number, signal: AbortSignal): Promise<Exit> {
    const began = performance.now();
    const { path, argv, files } = await this.command();
    // Its emulator is loaded meanwhile; what fails is told below.
    this.terminal?.ready.catch(() => {});
    const machine = await Machine.create({
      ...this.machineOptions(),
      files: [...files, ...(await this.childFiles())],
      signal,
      onProgress: (progress) => {
        if (start !== this.start) return;
        this.progress = progress;
        dispatch(this, 'ring3-progress', progress);
      },
    });
    const { terminal } = this;
    try {
      await terminal?.ready;
    } catch (error) {
      await machine.close();
      throw error;
    }
    if (start !== this.start) {
      await machine.close();
      throw new MachineError('closed', 'reset');
    }
    this.progress = null;
    dispatch(this, 'ring3-ready', { bootTime: performance.now() - began, mode: machine.mode });
    this.listen(machine);
    terminal?.clear();
    const size = terminal && { cols: terminal.cols, rows: terminal.rows };
    const process = await machine.spawn(path, argv.slice(1), {
      argv0: argv[0] ?? path,
      ...(this.env === null ? {} : { env: this.environment() }),
      ...(this.cwd === null ? {} : { cwd: this.cwd }),
      ...(size ? { tty: size } : {}),
      ...(this.stdin === null || terminal ? {} : { stdin: this.stdin }),
    });
    const keys = this.stdin === null || terminal ? process.stdin.getWriter() : null;
    this.running = { machine, process, keys };
    // Its room may have changed since the program was told.
    if (terminal && size && (terminal.cols !== size.cols || terminal.rows !== size.rows)) this.resizeTerminal(terminal.cols, terminal.rows);
    this.setState('running');
    for (const bytes of this.early.splice(0)) void keys?.write(bytes).catch(() => {});
    const outputs = terminal
      ? [this.show(process.stdout, 'ring3-stdout', 0)]
      : [this.show(process.stdout, 'ring3-stdout', 0), this.show(process.stderr, 'ring3-stderr', 1)];
    const exit = await process.exited;
    // What it wrote last is under way; what others of its session still write is not waited for.
    await Promise.race([Promise.all(outputs), new Promise((resolve) => setTimeout(resolve, 50))]);
    if (start !== this.start) return exit;
    const stats = await machine.stats();
    await machine.close();
    this.running = null;
    this.setState('exited', exit);
    dispatch(this, 'ring3-exit', { code: exit.code, signal: exit.signal, stats, ...(exit.limit ? { limit: exit.limit } : {}) });
    return exit;
  }

  /** No guest instruction runs until `run`. */
  async pause(): Promise<void> {
    if (this.state !== 'running' || !this.running) return;
    await this.running.machine.pause();
    this.setState('paused');
  }

  private async resume(): Promise<void> {
    await this.running?.machine.resume();
    if (this.state === 'paused') this.setState('running');
  }

  /** Ends the program and forgets it: the next run begins anew, with the attributes as they are then. */
  async reset(): Promise<void> {
    this.start++;
    this.abort?.abort();
    this.abort = null;
    const { running } = this;
    this.running = null;
    this.early = [];
    this.output.clear();
    this.shown = '';
    this.failure = null;
    this.progress = null;
    this.pausedOffscreen = false;
    await running?.machine.close();
    if (this.state !== 'idle') this.setState('idle');
  }

  /** Sends the program a signal. */
  async kill(signal: string | number = 'SIGTERM'): Promise<void> {
    await this.running?.process.kill(signal);
  }

  /** Gives the program input: text, or bytes. Before it runs they are kept for it. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    if (this.running?.keys) await this.running.keys.write(bytes);
    else if (this.state !== 'exited') this.early.push(bytes);
  }

  /** Ends the program's input, as ^D does. */
  async writeEnd(): Promise<void> {
    await this.running?.keys?.close();
  }

  /** Bytes of a file in the guest. @throws MachineError file-error, closed */
  async readFile(path: string): Promise<Uint8Array> {
    if (!this.running) throw new MachineError('closed', 'no program is running');
    return this.running.machine.readFile(path);
  }

  /** Every terminal that names this machine; the last one shows it. */
  private readonly terminals: TerminalLink[] = [];

  /** Called by a <ring3-terminal> that shows this machine; the next run has a tty. Returns what undoes it. */
  attachTerminal(terminal: TerminalLink): () => void {
    this.terminals.push(terminal);
    this.terminal = terminal;
    return () => {
      this.terminals.splice(this.terminals.indexOf(terminal), 1);
      this.terminal = this.terminals.at(-1) ?? null;
    };
  }

  /** The terminal's size has changed. */
  resizeTerminal(cols: number, rows: number): void {
    void this.running?.process.resize(cols, rows).catch(() => {});
  }

  private machineOptions(): MachineOptions {
    const { root, aslr, layout, seed, clock, hostname, workerUrl, memory, timeout, maxInsns } = this;
    return {
      ...(root === null ? {} : { root: new URL(root, this.baseURI).href }),
      ...(aslr === null ? {} : { aslr: aslr !== 'off' }),
      ...(layout === null ? {} : { layout }),
      ...(seed === null ? {} : { seed }),
      ...(clock === null ? {} : { clock }),
      ...(hostname === null ? {} : { hostname }),
      ...(workerUrl === null ? {} : { workerUrl }),
      ...(memory === null ? {} : { memory: bytesOf(memory) }),
      limits: {
        ...(timeout === null ? {} : { wallTime: millisecondsOf(timeout) }),
        ...(maxInsns === null ? {} : { instructions: maxInsns }),
      },
      worker: !this.inline,
    };
  }

  /** What is run, and the file for it where it has to be fetched. */
  private async command(): Promise<{ path: string; argv: string[]; files: FileSpec[] }> {
    const argv = words('argv', this.argv ?? '');
    if (this.src !== null) {
      const url = new URL(this.src, this.baseURI);
      const path = this.program ?? `/${url.pathname.split('/').at(-1) || 'program'}`;
      const content = this.dropped.get(this.src) ?? { url: url.href };
      return { path, argv: argv.length > 0 ? argv : [path], files: [{ path, mode: 0o755, content }] };
    }
    const path = this.program ?? argv[0];
    if (!path) throw new MachineError('bad-option', '<ring3-machine> has neither src nor program');
    return { path, argv: argv.length > 0 ? argv : [path], files: [] };
  }

  private readonly dropped = new Map<string, Uint8Array>();

  /** Runs a program whose bytes are at hand (a dropped or picked file). `name` becomes its path in the guest. */
  async runBytes(name: string, bytes: Uint8Array): Promise<Exit> {
    const src = `/${name.split('/').at(-1) || 'program'}`;
    this.dropped.set(src, bytes);
    this.src = src;
    this.program = null;
    if (this.state !== 'idle') await this.reset();
    return this.run();
  }

  private childFiles(): Promise<FileSpec[]> {
    const files = [...this.children].filter((child): child is Ring3File => child instanceof Ring3File);
    return Promise.all(files.map((file) => file.spec()));
  }

  private environment(): string[] {
    return words('env', this.env ?? '');
  }

  private listen(machine: Machine): void {
    for (const name of (this.trace ?? '').split(/[\s,]+/).filter(Boolean)) {
      if (name === 'stage')
        void this.tell(machine, ['exec'], (records) => records.forEach((record) => dispatch(this, 'ring3-stage', record)));
      else if (name in traceEvents)
        void this.tell(machine, traceEvents[name as TraceName], (records) => dispatch(this, `ring3-${name as TraceName}`, { records }));
      else this.fail(new MachineError('bad-option', `trace="${name}": only fault, syscall, signal and stage can be told`));
    }
  }

  /** Gathers records for a frame of the page: an event per record would stop it. */
  private async tell(machine: Machine, events: readonly string[], deliver: (records: Ring3Records) => void): Promise<void> {
    let batch: Ring3Records = [];
    const flush = (): void => {
      const records = batch;
      batch = [];
      if (records.length > 0) deliver(records);
    };
    for await (const record of machine.trace({ events })) {
      if (batch.length === 0) requestAnimationFrame(flush);
      batch.push(record);
    }
    flush();
  }

  private async show(stream: ReadableStream<Uint8Array>, event: 'ring3-stdout' | 'ring3-stderr', which: 0 | 1): Promise<void> {
    const { terminal, start } = this;
    const reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || start !== this.start) return;
        dispatch(this, event, { data: value });
        if (terminal) await terminal.write(value);
        else {
          this.output.append(value, which);
          this.shown = this.output.text;
        }
      }
    } catch (error) {
      // The machine was closed; whoever closed it knows.
      if (!(error instanceof MachineError && error.id === 'closed')) throw error;
    }
  }

  private fail(error: MachineError): void {
    const help = explainError(error);
    this.failure = help ? `${error.message}. ${help}` : error.message;
    this.progress = null;
    this.setState('error');
    dispatch(this, 'ring3-error', { id: error.id, message: error.message, help });
  }

  private setState(state: MachineElementState, exit?: Exit): void {
    const previous = this.state;
    this.state = state;
    this.exitText = exit ? describeExit(exit) : '';
    for (const name of ['loading', 'running', 'paused', 'exited', 'error'] as const) {
      if (name === state) this.internals?.states.add(name);
      else this.internals?.states.delete(name);
    }
    dispatch(this, 'ring3-statechange', { state, previous });
  }

  private exitText = '';

  private observeVisibility(): void {
    if (!this.pauseOffscreen || typeof IntersectionObserver === 'undefined') {
      this.observer?.disconnect();
      this.observer = null;
      return;
    }
    this.observer ??= new IntersectionObserver(([entry]) => void this.visibilityChanged(entry!.isIntersecting));
    this.observer.observe(this);
  }

  private async visibilityChanged(visible: boolean): Promise<void> {
    if (!visible && this.state === 'running') {
      this.pausedOffscreen = true;
      await this.pause();
    } else if (visible && this.pausedOffscreen) {
      this.pausedOffscreen = false;
      await this.resume();
    }
  }

  private get statusText(): string {
    switch (this.state) {
      case 'idle':
        return 'not started';
      case 'loading':
        return this.progress ? `loading ${this.progress.file.split('/').at(-1) || this.progress.phase}` : 'loading';
      case 'exited':
        return this.exitText;
      case 'error':
        return 'failed';
      default:
        return this.state;
    }
  }

  protected override render(): TemplateResult {
    const { state, progress } = this;
    const active = state === 'running' || state === 'paused';
    return html`<section class="frame" part="frame" aria-label=${`Ring3: ${this.name}`}>
      <header part="head">
        <span class="title" part="title"><slot name="title">${this.name}</slot></span>
        <span class="status" part="status" role="status">${this.statusText}</span>
        ${
          progress?.total
            ? html`<progress part="progress" aria-label="loading" max=${progress.total} .value=${progress.loaded}></progress>`
            : nothing
        }
        ${
          state === 'running'
            ? html`<button part="button" @click=${() => void this.pause()}>Pause</button>`
            : html`<button part="button" class="primary" ?disabled=${state === 'loading'} @click=${() => void this.run().catch(() => {})}>
                ${state === 'paused' ? 'Go on' : state === 'exited' || state === 'error' ? 'Run again' : 'Run'}
              </button>`
        }
        <button part="button" ?disabled=${!active && state !== 'loading'} @click=${() => void this.reset()}>Stop</button>
      </header>
      ${this.failure === null ? nothing : html`<p class="error" part="error" role="alert">${this.failure}</p>`}
      <slot name="terminal"></slot>
      ${this.terminal ? nothing : html`<pre class="output" part="output" tabindex="0" role="log" aria-label="output">${this.shown}</pre>`}
    </section>`;
  }

  private get name(): string {
    return this.program ?? this.src?.split('/').at(-1) ?? 'Ring3';
  }
}

type Ring3Records = import('@ring3/machine/protocol').TraceRecord[];

function words(attribute: string, text: string): string[] {
  try {
    return shellWords(text);
  } catch (error) {
    throw new MachineError('bad-option', `${attribute}: ${(error as Error).message}`);
  }
}

function describeExit({ code, signal, limit }: Exit): string {
  if (limit) return `ended: limit of ${limit}`;
  return signal === null ? `exited with ${code}` : `killed by ${signal}`;
}

/** '256m' → bytes. @throws MachineError */
function bytesOf(text: string): number {
  const match = /^(\d+)([kmg]?)$/i.exec(text.trim());
  if (!match) throw new MachineError('bad-option', `memory="${text}" is not a size as 256m`);
  return Number(match[1]) * { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[match[2]!.toLowerCase()]!;
}

/** '10s' → milliseconds. @throws MachineError */
function millisecondsOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text.trim());
  if (!match) throw new MachineError('bad-option', `timeout="${text}" is not a time as 10s or 500ms`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[match[2]!]!;
}

declare global {
  interface HTMLElementTagNameMap {
    'ring3-machine': Ring3Machine;
  }
}
