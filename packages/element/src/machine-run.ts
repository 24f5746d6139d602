import { type Exit, Machine, MachineError, type Process, type Progress } from '@ring3/machine';
import type { InspectRequest, InspectView, StepUnit, Stop, TraceRecord } from '@ring3/machine/protocol';
import { frame } from './frame.js';
import type { RunPlan } from './machine-options.js';
import type { OutputStreamNumber } from './output-text.js';
import type { TerminalLink } from './terminal-link.js';

/** Bytes of output that a page takes in one frame: more would stop it. */
const BYTES_PER_FRAME = 256 * 1024;
/** Once the program has ended, output is under way until none has come for so long. */
const LAST_OUTPUT_MS = 50;
/** What others of its session write is not waited for longer. */
const LAST_OUTPUT_LIMIT_MS = 5000;
/** The stage of execve after which the program's first instruction comes. */
const FIRST_INSTRUCTION = 'start_thread';

/** Tracepoints behind the events that `trace` names. */
const tracedGroups = { fault: 'exceptions:page_fault_user', syscall: 'syscalls', signal: 'signal' } as const;
export type TracedEvent = keyof typeof tracedGroups;
export const isTracedEvent = (word: string): word is TracedEvent => Object.hasOwn(tracedGroups, word);

/** Who is told what happens in a run. */
export interface RunListener {
  progress(progress: Progress): void;
  /** Booted; the program is started next. */
  ready(machine: Machine, bootTime: number): void;
  output(data: Uint8Array, stream: OutputStreamNumber): void;
  stage(record: TraceRecord): void;
  records(event: TracedEvent, records: TraceRecord[]): void;
  stopped(stop: Stop): void;
  /** Something went wrong that does not end it. */
  warning(error: MachineError): void;
}

export interface RunSettings {
  terminal: TerminalLink | null;
  traced: readonly TracedEvent[];
  pauseAt: readonly string[];
  /** Stand still before the first instruction. */
  paused: boolean;
}

/** One run of a program in a machine of its own: from loading to its end, or to `close`. */
export class MachineRun {
  private readonly abort = new AbortController();
  private opened: Machine | null = null;
  private process: Process | null = null;
  private keys: WritableStreamDefaultWriter<Uint8Array> | null = null;
  /** What `write` was given before the program was there. */
  private early: Uint8Array[] = [];
  private earlyEnd = false;
  private pauseAt: readonly string[];
  private awaitsStart: boolean;
  private busy = 0;
  private idle: (() => void) | null = null;
  private readonly recording: Promise<void>[] = [];
  /** Deliver what has been gathered for the next frame. */
  private readonly flushes: (() => void)[] = [];
  private outputs: Promise<void>[] = [];
  /** Bytes of output so far, and how many pieces of it are being shown now. */
  private shown = 0;
  private showing = 0;

  constructor(
    private readonly plan: RunPlan,
    private readonly settings: RunSettings,
    private readonly listener: RunListener,
  ) {
    this.pauseAt = settings.pauseAt;
    this.awaitsStart = settings.paused;
  }

  /** Boots and starts the program. @throws MachineError */
  async start(): Promise<void> {
    const began = performance.now();
    const { plan } = this;
    const { terminal } = this.settings;
    const machine = await Machine.create({
      ...plan.machine,
      signal: this.abort.signal,
      onProgress: (progress) => this.tell?.progress(progress),
      onWarning: (error) => this.tell?.warning(error),
      onStop: (stop) => this.stopped(stop),
    });
    this.opened = machine;
    this.tell?.ready(machine, performance.now() - began);
    await this.setStops();
    this.trace(machine);
    await terminal?.ready;
    terminal?.clear();
    const size = terminal && { cols: terminal.cols, rows: terminal.rows };
    const { stdin, ...spawn } = plan.spawn;
    const process = await machine.spawn(plan.path, plan.args, {
      ...spawn,
      ...(size ? { tty: size } : stdin === undefined ? {} : { stdin }),
    });
    this.process = process;
    // Its room may have changed before the program could be told.
    if (terminal && size && (terminal.cols !== size.cols || terminal.rows !== size.rows)) await this.resize(terminal.cols, terminal.rows);
    if (terminal || stdin === undefined) await this.takeInput(process);
    this.outputs = terminal ? [this.show(process.stdout, 1)] : [this.show(process.stdout, 1), this.show(process.stderr, 2)];
  }

  private async takeInput(process: Process): Promise<void> {
    this.keys = process.stdin.getWriter();
    for (const bytes of this.early.splice(0)) void this.keys.write(bytes).catch(inputGone);
    if (this.earlyEnd) void this.keys.close().catch(inputGone);
  }

  /** How the program ended, once all that it said has been told. @throws MachineError closed, internal */
  async ended(): Promise<Exit> {
    const exit = await this.process!.exited;
    await this.lastOutput();
    await this.settings.terminal?.flush();
    // Records have come before the exit, one by one.
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const flush of this.flushes) flush();
    return exit;
  }

  private async lastOutput(): Promise<void> {
    const limit = performance.now() + LAST_OUTPUT_LIMIT_MS;
    const all = Promise.all(this.outputs).then(() => true);
    for (let before = -1; before !== this.shown || this.showing > 0;) {
      before = this.shown;
      if (await Promise.race([all, new Promise<false>((resolve) => setTimeout(() => resolve(false), LAST_OUTPUT_MS))])) return;
      if (performance.now() > limit) return;
    }
  }

  /** Resolves when nothing has asked the machine anything for a turn of the event loop. */
  async quiet(): Promise<void> {
    do {
      if (this.busy > 0) await new Promise<void>((resolve) => (this.idle = resolve));
      await new Promise((resolve) => setTimeout(resolve, 0));
    } while (this.busy > 0);
  }

  /** Ends and frees everything, whatever the guest does. */
  async close(): Promise<void> {
    this.abort.abort(new MachineError('closed', 'the run was reset'));
    await this.opened?.close();
  }

  /** Who hears of a run that is closed? Nobody. */
  private get tell(): RunListener | null {
    return this.closed ? null : this.listener;
  }

  /** The machine, once it has booted. */
  get booted(): Machine | null {
    return this.opened;
  }

  get closed(): boolean {
    return this.abort.signal.aborted;
  }

  /** @throws MachineError closed: it has not booted */
  get machine(): Machine {
    if (!this.opened) throw new MachineError('closed', 'the machine has not booted yet');
    return this.opened;
  }

  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  /** Work with the machine, which is kept until it is done. */
  async use<T>(work: (machine: Machine) => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work(this.machine);
    } finally {
      if (--this.busy === 0) this.idle?.();
    }
  }

  async setPauseAt(specs: readonly string[]): Promise<void> {
    this.pauseAt = specs;
    if (this.opened) await this.setStops();
  }

  /** From now on: stand still before the first instruction. Only before it has started. */
  async standAtStart(): Promise<void> {
    this.awaitsStart = true;
    if (this.opened) await this.setStops();
  }

  private async setStops(): Promise<void> {
    await this.machine.setStops(this.awaitsStart ? [...this.pauseAt, FIRST_INSTRUCTION] : this.pauseAt);
  }

  private stopped(stop: Stop): void {
    if (this.awaitsStart) {
      this.awaitsStart = false;
      void this.setStops().catch((error: unknown) => this.tell?.warning(MachineError.from(error)));
    }
    this.tell?.stopped(stop);
  }

  async step(unit: StepUnit): Promise<Stop | null> {
    return this.use((machine) => machine.step({ unit }));
  }

  async inspect(request: Partial<InspectRequest>): Promise<InspectView | null> {
    const pid = request.pid ?? this.pid;
    return pid === null ? null : this.use((machine) => machine.inspect({ ...request, pid }));
  }

  async kill(signal: string | number): Promise<void> {
    await this.process?.kill(signal);
  }

  async resize(cols: number, rows: number): Promise<void> {
    await this.process?.resize(cols, rows);
  }

  /** Input for the program; before it runs it is kept. Resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.keys) await this.keys.write(bytes);
    else if (!this.process) this.early.push(bytes);
  }

  async writeEnd(): Promise<void> {
    if (this.keys) await this.keys.close();
    else this.earlyEnd = true;
  }

  private trace(machine: Machine): void {
    this.recording.push(
      this.each(machine.trace({ events: ['exec'] }), (records) => records.forEach((record) => this.tell?.stage(record))),
      ...this.settings.traced.map((event) =>
        this.each(machine.trace({ events: [tracedGroups[event]] }), (records) => this.tell?.records(event, records)),
      ),
    );
    for (const one of this.recording) one.catch((error: unknown) => this.tell?.warning(MachineError.from(error)));
  }

  /** Gathers records for a frame of the page: an event per record would stop it. */
  private async each(records: AsyncIterable<TraceRecord>, deliver: (records: TraceRecord[]) => void): Promise<void> {
    let batch: TraceRecord[] = [];
    const flush = (): void => {
      if (batch.length === 0 || this.closed) return;
      const whole = batch;
      batch = [];
      deliver(whole);
    };
    this.flushes.push(flush);
    for await (const record of records) {
      if (batch.length === 0) void frame().then(flush);
      batch.push(record);
    }
    flush();
  }

  private async show(stream: ReadableStream<Uint8Array>, which: OutputStreamNumber): Promise<void> {
    const { terminal } = this.settings;
    const reader = stream.getReader();
    let inFrame = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.closed) return;
        this.shown += value.length;
        this.showing++;
        this.tell?.output(value, which);
        await terminal?.write(value);
        inFrame += value.length;
        if (inFrame >= BYTES_PER_FRAME) {
          inFrame = 0;
          await frame();
        }
        this.showing--;
      }
    } catch (error) {
      // The machine was closed; whoever closed it knows.
      if (!(error instanceof MachineError && error.id === 'closed')) this.tell?.warning(MachineError.from(error));
    }
  }
}

/** The program ended, or closed its input, before it had read all: its own business. */
function inputGone(error: unknown): void {
  if (!(error instanceof MachineError)) throw error;
}
