import { MachineError } from '../engine/options.js';
import type { Place, StepUnit, Stop } from '../protocol.js';
import { Machine } from './machine.js';
import type { MachineOptions, SpawnOptions } from './options.js';
import type { Process } from './process.js';

/** The most bytes of input in one piece: it has to be there at once. */
const INPUT_MOST = 64 * 1024;

/** The program of a run. */
export interface RewindProgram {
  path: string;
  /** Without argv[0]. */
  args?: readonly string[];
  options?: SpawnOptions;
}

export interface RewindOptions {
  machine: MachineOptions;
  program: RewindProgram;
  /** Stops that hold from the beginning: as the program is not loaded yet, also at the stages of its execve. */
  stops?: readonly string[];
  /** Told of each machine, the first and those that `back` makes; its program is started when this has resolved. */
  onMachine?: (machine: Machine) => void | Promise<void>;
  /** Told of the process of each run, the first and those that `back` makes, before it does anything: its outputs begin anew. */
  onProcess?: (process: Process, machine: Machine) => void;
  /** The run has come to a place where it stands still by itself. Not told while `back` repeats it. */
  onStop?: (stop: Stop) => void;
}

/** What comes from outside. */
type Action =
  | { kind: 'stops'; specs: readonly string[] }
  | { kind: 'input'; bytes: Uint8Array }
  | { kind: 'input-end' }
  | { kind: 'signal'; signal: string | number }
  | { kind: 'resize'; cols: number; rows: number };

/** From one stop to the next. */
interface Leg {
  /** Done while it stood still before. */
  before: Action[];
  /** null: resumed. */
  unit: StepUnit | null;
  /** Done on the way. */
  during: { place: Place; action: Action }[];
  /** Where it came to; null: no process was left. undefined: it is under way. */
  end: Stop | null | undefined;
}

/**
 * A run of one program that can go back to the stop before. It is deterministic: with a virtual clock and a seed, what a program does
 * depends on its files and on what comes from outside alone. So everything that comes from outside is kept with its place in the run
 * (retired instructions, and whether all slept), and going back is the same run once more in a new machine, as far as to that stop.
 *
 *     const run = await Rewind.create({ machine: { root: '/', seed: 1 }, program: { path: '/bin/ls' }, onStop });
 *     await run.setStops(['main']); await run.resume(); … await run.step('over'); await run.back();
 *
 * It begins paused, before the program's first instruction. Outputs have to be read (RewindOptions.onProcess) or collected: a program
 * whose writes wait for their reader depends on the reader's pace. Where a repeated run takes another way, `back` says so.
 */
export class Rewind {
  private legs: Leg[] = [];
  private pending: Action[] = [];
  private current!: { machine: Machine; process: Process };
  /** Where it stood before its first leg. */
  private first!: Stop;
  private stopped: ((stop: Stop) => void) | null = null;
  /** Actions come one after the other. */
  private turn: Promise<unknown> = Promise.resolve();
  private isReplaying = false;

  private constructor(private readonly options: RewindOptions) {}

  /** @throws MachineError bad-option: a real clock, or folders of the host that the program writes to; what Machine.create and spawn throw */
  static async create(options: RewindOptions): Promise<Rewind> {
    const { clock = 'virtual', mounts = [], seed = 1 } = options.machine;
    if (clock !== 'virtual') throw new MachineError('bad-option', "only a run with clock: 'virtual' can be repeated");
    if (mounts.some(({ readOnly }) => !readOnly))
      throw new MachineError('bad-option', 'a run that writes to folders of the host cannot be repeated: mount them read-only');
    const rewind = new Rewind({ ...options, machine: { ...options.machine, clock, seed } });
    rewind.current = await rewind.start();
    rewind.first = rewind.start_!;
    return rewind;
  }

  get machine(): Machine {
    return this.current.machine;
  }

  get process(): Process {
    return this.current.process;
  }

  /** Stops that it has come to: how often `back` can be called. */
  get depth(): number {
    return this.legs.filter(({ end }) => end !== undefined).length;
  }

  /** Where it stands; null: it runs, or has ended. */
  get stop(): Stop | null {
    const last = this.legs.at(-1);
    return last ? (last.end ?? null) : this.first;
  }

  setStops(specs: readonly string[]): Promise<void> {
    return this.act({ kind: 'stops', specs: [...specs] });
  }

  /** Bytes for its standard input or terminal, at most 64 KiB. @throws MachineError bad-option */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > INPUT_MOST)
      throw new MachineError('bad-option', `${bytes.length} bytes of input: at most ${INPUT_MOST} in one piece`);
    await this.act({ kind: 'input', bytes: bytes.slice() });
  }

  endInput(): Promise<void> {
    return this.act({ kind: 'input-end' });
  }

  kill(signal: string | number = 'SIGTERM'): Promise<void> {
    return this.act({ kind: 'signal', signal });
  }

  resize(cols: number, rows: number): Promise<void> {
    return this.act({ kind: 'resize', cols, rows });
  }

  /** Goes on to the next stop, which `onStop` tells. */
  async resume(): Promise<void> {
    await this.inTurn(async () => {
      const leg = this.beginLeg(null);
      this.awaitStop((stop) => {
        leg.end = stop;
        this.options.onStop?.(stop);
      });
      await this.machine.resume();
    });
  }

  /** Machine.step. */
  async step(unit: StepUnit = 'insn'): Promise<Stop | null> {
    const { step, leg } = await this.inTurn(async () => {
      const begun = this.beginLeg(unit);
      return { step: this.machine.step({ unit }), leg: begun };
    });
    const stop = await step;
    leg.end = stop;
    return stop;
  }

  /** Machine.pause. */
  async pause(): Promise<Stop> {
    return this.inTurn(async () => {
      const standing = this.stop;
      if (standing) return standing;
      const leg = this.legs.at(-1)!;
      this.stopped = null;
      const stop = await this.machine.pause();
      leg.end = stop;
      return stop;
    });
  }

  /**
   * To the stop before the present one, or from a run under way to the last. Resolves where it stands then, in a new machine; the old
   * one is closed.
   * @throws MachineError bad-option: there is none before; not-repeatable: the run took another way (files have changed)
   */
  async back(): Promise<Stop> {
    const last = this.legs.at(-1);
    if (!last) throw new MachineError('bad-option', 'this is where the run began');
    if (last.end === undefined) await this.pause();
    return this.inTurn(async () => {
      const legs = this.legs.slice(0, -1);
      // Stops that were set before it went on are still set; input is not given yet.
      const pending = last.before.filter(({ kind }) => kind === 'stops');
      const old = this.current.machine;
      this.isReplaying = true;
      try {
        const fresh = await this.start();
        try {
          let stop: Stop = this.same(this.first, this.start_!);
          for (const leg of legs) stop = await this.repeat(fresh, leg);
          for (const action of pending) await apply(fresh, action);
          this.current = fresh;
          this.legs = legs;
          this.pending = pending;
          return stop;
        } catch (error) {
          await fresh.machine.close();
          throw error;
        }
      } finally {
        this.isReplaying = false;
        if (this.current.machine !== old) await old.close();
      }
    });
  }

  async close(): Promise<void> {
    await this.machine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private start_: Stop | null = null;

  private async start(): Promise<{ machine: Machine; process: Process }> {
    const { machine: machineOptions, program, stops, onMachine, onProcess } = this.options;
    const machine = await Machine.create(machineOptions);
    machine.on('stop', (stop) => {
      const told = this.stopped;
      this.stopped = null;
      told?.(stop);
    });
    try {
      await onMachine?.(machine);
      await machine.pause();
      if (stops) await machine.setStops(stops);
      const process = await machine.spawn(program.path, program.args ?? [], program.options);
      onProcess?.(process, machine);
      this.start_ = await machine.pause();
      return { machine, process };
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  private awaitStop(told: (stop: Stop) => void): void {
    this.stopped = told;
  }

  private beginLeg(unit: StepUnit | null): Leg {
    if (!this.stop) throw new MachineError('bad-option', this.legs.at(-1)?.end === null ? 'the run has ended' : 'the run is under way');
    const leg: Leg = { before: this.pending, unit, during: [], end: undefined };
    this.pending = [];
    this.legs.push(leg);
    return leg;
  }

  /** While it runs it is held for a moment, so that the place is known. */
  private act(action: Action): Promise<void> {
    return this.inTurn(async () => {
      const leg = this.legs.at(-1);
      if (leg && leg.end === undefined) {
        const place = await this.machine.hold();
        // It may have come to a stop on the way to here.
        if (leg.end === undefined) leg.during.push({ place, action });
        else this.pending.push(action);
        await apply(this.current, action);
        if (leg.end === undefined) await this.machine.release();
        return;
      }
      this.pending.push(action);
      await apply(this.current, action);
    });
  }

  /** The leg once more. */
  private async repeat(run: { machine: Machine; process: Process }, { before, unit, during, end }: Leg): Promise<Stop> {
    const { machine } = run;
    for (const action of before) await apply(run, action);
    const places = during.map(({ place }) => place);
    const isPaused = end?.reason === 'pause';
    if (isPaused) places.push({ icount: end.icount, asleep: end.asleep ?? false });
    // What is to be held at is said before it runs.
    let held = places[0] ? machine.hold(places[0]) : null;
    const come = unit === null ? new Promise<Stop>((resolve) => this.awaitStop(resolve)) : machine.step({ unit });
    if (unit === null) await machine.resume();
    for (const [i, { action }] of during.entries()) {
      await held;
      await apply(run, action);
      held = places[i + 1] ? machine.hold(places[i + 1]!) : null;
      await machine.release();
    }
    if (isPaused) {
      await held;
      this.stopped = null;
      return this.same(end, await machine.pause());
    }
    return this.same(end ?? null, await come);
  }

  private same(recorded: Stop | null, stop: Stop | null): Stop {
    if (!recorded || !stop || recorded.ip !== stop.ip || recorded.icount !== stop.icount || recorded.tid !== stop.tid)
      throw new MachineError('not-repeatable', 'the run took another way than before: have its files changed?');
    return stop;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.isReplaying) return Promise.reject(new MachineError('bad-option', 'the run is going back'));
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }
}

async function apply({ machine, process }: { machine: Machine; process: Process }, action: Action): Promise<void> {
  switch (action.kind) {
    case 'stops':
      return machine.setStops(action.specs);
    case 'signal':
      return process.kill(action.signal);
    case 'resize':
      return process.resize(action.cols, action.rows);
  }
  const writer = process.stdin.getWriter();
  try {
    if (action.kind === 'input') await writer.write(action.bytes);
    else await writer.close();
  } catch (error) {
    // A program that has closed its input is as it was.
    if (!(error instanceof MachineError && error.errno === 'EPIPE')) throw error;
  } finally {
    writer.releaseLock();
  }
}
