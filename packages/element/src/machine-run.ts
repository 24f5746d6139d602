import { type Exit, Machine, MachineError, type MachineOptions, type Process, type Progress, Rewind } from '@ring3/machine';
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

/** Input that a run which can go back takes at once. */
const INPUT_PIECE = 64 * 1024;

/** Tracepoints behind the events that `trace` names. */
const tracedGroups = { fault: 'exceptions:page_fault_user', syscall: 'syscalls', signal: 'signal' } as const;
export type TracedEvent = keyof typeof tracedGroups;
export const isTracedEvent = (word: string): word is TracedEvent => Object.hasOwn(tracedGroups, word);

/** Who is told what happens in a run. */
export interface RunListener {
  progress(progress: Progress): void;
  /** Booted; the program is started next. */
  ready(machine: Machine, bootTime: number): void;
  /** `fresh`: from where on it was not told before. */
  output(data: Uint8Array, stream: OutputStreamNumber, fresh: Uint8Array): void;
  stage(record: TraceRecord): void;
  records(event: TracedEvent, records: TraceRecord[]): void;
  stopped(stop: Stop): void;
  /** It goes back: its output so far comes once more, but is told as new no more. */
  outputAgain(): void;
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
  /** Deliver what has been gathered for the next frame. */
  private readonly flushes: (() => void)[] = [];
  private outputs: Promise<void>[] = [];
  /** A run with a virtual clock can go back. */
  private rewind: Rewind | null = null;
  /** Bytes of each stream, and records of each trace, that have been told. */
  private readonly toldBytes = { 1: 0, 2: 0 };
  private readonly toldRecords = new Map<string, number>();
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
    const { pauseAt, paused } = this.settings;
    const began = performance.now();
    // Where it is looked at, it is to be the same each time.
    const clock = this.plan.machine.clock ?? (paused || pauseAt.length > 0 ? 'virtual' : 'real');
    const options: MachineOptions = {
      ...this.plan.machine,
      clock,
      signal: this.abort.signal,
      onProgress: (progress) => this.tell?.progress(progress),
      onWarning: (error) => this.tell?.warning(error),
    };
    if (clock === 'virtual') await this.startRewindable(options, began);
    else await this.startOnce(options, began);
  }

  private async startOnce(options: MachineOptions, began: number): Promise<void> {
    const machine = await Machine.create({ ...options, onStop: (stop) => this.stopped(stop) });
    this.opened = machine;
    this.tell?.ready(machine, performance.now() - began);
    await this.setStops();
    this.trace(machine);
    await this.settings.terminal?.ready;
    const { path, args, spawn } = this.plan;
    const process = await machine.spawn(path, args, { ...spawn, ...this.terminalOption() });
    this.begun(process);
    if (!this.settings.terminal && spawn.stdin !== undefined) return;
    this.keys = process.stdin.getWriter();
    for (const bytes of this.early.splice(0)) void this.keys.write(bytes).catch(inputGone);
    if (this.earlyEnd) void this.keys.close().catch(inputGone);
  }

  private async startRewindable(options: MachineOptions, began: number): Promise<void> {
    const { terminal } = this.settings;
    const { path, args, spawn } = this.plan;
    const { stdin, ...rest } = spawn;
    const rewind = await Rewind.create({
      machine: options,
      program: { path, args, options: { ...rest, ...this.terminalOption() } },
      stops: this.pauseAt,
      onMachine: async (machine) => {
        if (!this.opened) this.tell?.ready(machine, performance.now() - began);
        this.opened = machine;
        this.trace(machine);
        await terminal?.ready;
      },
      onProcess: (process) => this.begun(process),
      onStop: (stop) => this.stopped(stop),
    });
    this.rewind = rewind;
    if (this.pauseAt !== this.settings.pauseAt) await this.setStops();
    for (const bytes of this.early.splice(0)) await this.write(bytes);
    if (!terminal && stdin instanceof Uint8Array) {
      await this.write(stdin);
      this.earlyEnd = true;
    }
    if (this.earlyEnd) await rewind.endInput();
    if (!this.awaitsStart) await rewind.resume();
    else if (rewind.stop) this.stopped(rewind.stop);
  }

  private terminalOption(): { tty?: { cols: number; rows: number } } {
    const { terminal } = this.settings;
    return terminal ? { tty: { cols: terminal.cols, rows: terminal.rows } } : {};
  }

  /** There is a process: the program, or the program once more. */
  private begun(process: Process): void {
    const { terminal } = this.settings;
    terminal?.clear();
    if (this.process) this.tell?.outputAgain();
    this.process = process;
    this.outputs = terminal ? [this.show(process, 1)] : [this.show(process, 1), this.show(process, 2)];
  }

  /** How the program ended, once all that it said has been told. @throws MachineError closed, internal */
  async ended(): Promise<Exit> {
    const exit = await this.exited();
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

  private async exited(): Promise<Exit> {
    for (;;) {
      const process = this.process!;
      try {
        return await process.exited;
      } catch (error) {
        // Going back leaves one process for another.
        if (this.closed || this.process === process) throw error;
      }
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
    if (this.process) await this.setStops();
  }

  /** From now on: stand still before the first instruction. Only before it has started. */
  async standAtStart(): Promise<void> {
    this.awaitsStart = true;
    if (this.opened && !this.rewind) await this.setStops();
  }

  private async setStops(): Promise<void> {
    if (this.rewind) await this.rewind.setStops(this.pauseAt);
    else await this.machine.setStops(this.awaitsStart ? [...this.pauseAt, FIRST_INSTRUCTION] : this.pauseAt);
  }

  private stopped(stop: Stop): void {
    if (this.awaitsStart) {
      this.awaitsStart = false;
      if (!this.rewind) void this.setStops().catch((error: unknown) => this.tell?.warning(MachineError.from(error)));
    }
    this.tell?.stopped(stop);
  }

  async pause(): Promise<Stop> {
    return this.use((machine) => (this.rewind ?? machine).pause());
  }

  async resume(): Promise<void> {
    await this.use((machine) => (this.rewind ?? machine).resume());
  }

  async step(unit: StepUnit): Promise<Stop | null> {
    return this.use((machine) => (this.rewind ? this.rewind.step(unit) : machine.step({ unit })));
  }

  /** Is there a stop to go back to? */
  get canGoBack(): boolean {
    return (this.rewind?.depth ?? 0) > 0;
  }

  /** To the stop before. @throws MachineError bad-option, not-repeatable */
  async back(): Promise<Stop> {
    const { rewind } = this;
    if (!rewind) throw new MachineError('bad-option', 'only a run with a virtual clock can go back: set clock="virtual", or pause-at');
    try {
      return await this.use(() => rewind.back());
    } finally {
      this.opened = rewind.machine;
      this.process = rewind.process;
    }
  }

  async inspect(request: Partial<InspectRequest>): Promise<InspectView | null> {
    const pid = request.pid ?? this.pid;
    return pid === null ? null : this.use((machine) => machine.inspect({ ...request, pid }));
  }

  async kill(signal: string | number): Promise<void> {
    await (this.rewind ?? this.process)?.kill(signal);
  }

  async resize(cols: number, rows: number): Promise<void> {
    await (this.rewind ?? this.process)?.resize(cols, rows);
  }

  /** Input for the program; before it runs it is kept. Resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    const { rewind } = this;
    if (rewind) for (let at = 0; at < bytes.length; at += INPUT_PIECE) await rewind.write(bytes.subarray(at, at + INPUT_PIECE));
    else if (this.keys) await this.keys.write(bytes);
    else if (this.plan.spawn.stdin === undefined || this.settings.terminal) this.early.push(bytes);
  }

  async writeEnd(): Promise<void> {
    if (this.rewind) await this.rewind.endInput();
    else if (this.keys) await this.keys.close();
    else this.earlyEnd = true;
  }

  private trace(machine: Machine): void {
    const subscribe = (event: string, deliver: (records: TraceRecord[]) => void): void => {
      this.each(event, machine.trace({ events: [event] }), deliver).catch((error: unknown) => this.tell?.warning(MachineError.from(error)));
    };
    subscribe('exec', (records) => records.forEach((record) => this.tell?.stage(record)));
    for (const event of this.settings.traced) subscribe(tracedGroups[event], (records) => this.tell?.records(event, records));
  }

  /** Gathers records for a frame of the page: an event per record would stop it. */
  private async each(event: string, records: AsyncIterable<TraceRecord>, deliver: (records: TraceRecord[]) => void): Promise<void> {
    let batch: TraceRecord[] = [];
    const flush = (): void => {
      if (batch.length === 0 || this.closed) return;
      const whole = batch;
      batch = [];
      deliver(whole);
    };
    this.flushes.push(flush);
    let count = 0;
    for await (const record of records) {
      // A run that went back comes by the same events.
      if (++count <= (this.toldRecords.get(event) ?? 0)) continue;
      this.toldRecords.set(event, count);
      if (batch.length === 0) void frame().then(flush);
      batch.push(record);
    }
    flush();
  }

  private async show(process: Process, which: OutputStreamNumber): Promise<void> {
    const { terminal } = this.settings;
    const reader = (which === 1 ? process.stdout : process.stderr).getReader();
    let bytes = 0;
    let inFrame = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.closed || process !== this.process) return;
        const told = Math.max(0, Math.min(value.length, this.toldBytes[which] - bytes));
        bytes += value.length;
        this.toldBytes[which] = Math.max(this.toldBytes[which], bytes);
        this.shown += value.length;
        this.showing++;
        this.tell?.output(value, which, value.subarray(told));
        await terminal?.write(value);
        inFrame += value.length;
        // A terminal has its own pauses for the page.
        if (!terminal && inFrame >= BYTES_PER_FRAME) {
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
