import { Cpu, TaskFlag } from '@ring3/abi';
import {
  getReg,
  getTaskReg,
  inspect,
  type InspectView,
  installBreakpoints,
  type Kernel,
  type Task,
  TaskState,
  Trace,
  type TraceRecord,
  type TraceSink,
} from '@ring3/kernel';
import type { Place, StepUnit, Stop } from '../protocol.js';
import { MachineError } from './options.js';
import type { RunLoop } from './run-loop.js';
import { groupOf, isDeadly, isEventOf, isEventUnit, isHandled, matches, stepGroups } from './stop-events.js';
import type { StopSpec } from './stop-spec.js';
import type { StopSymbols } from './stop-symbols.js';
import { Stepper, unwinders } from './stepper.js';

/** Addresses that may be watched at once; the core has room for some more, which steps need. */
const ADDRESSES_MOST = 32;
/** Instructions after which the host has a turn while a step goes from instruction to instruction. */
const STEP_SLICE = 20_000;

/** Something for which the machine is to stand still. */
interface Met {
  /** Words of pause-at that it meets. */
  specs: string[];
  /** It is what `step` waited for. */
  isStep: boolean;
  /** A stage that comes only to those who go from stage to stage. */
  isOnTheWay?: boolean;
  hasEnded?: boolean;
  task: Task | null;
  record?: TraceRecord;
  view?: InspectView;
}

interface Pending {
  unit: StepUnit;
  /** Whose step it is; null: nobody has been on the CPU yet, anybody's. */
  task: Task | null;
  stepper: Stepper | null;
  hasEnded: boolean;
  resolve(stop: Stop | null): void;
}

/**
 * Lets a machine stand still and go on: by `pause`, at places (pause-at), and from one instruction or event of a thread to the next.
 *
 * It listens to tracepoints and asks the kernel to leave its slice; after the slice the run loop stands still. What is met before
 * that moment is queued and told stop by stop, without an instruction between. So it is with the stages of one execve: the machine
 * cannot stand between them, it stands at the end of the call, and each comes with a view of what was.
 */
export class StopControl implements TraceSink {
  private specs: readonly { spec: StopSpec; seen: number }[] = [];
  private queue: Met[] = [];
  private step_: Pending | null = null;
  private loop: RunLoop | null = null;
  private listening = 0;
  /** Breakpoints of symbols, and of the step under way. */
  private readonly symbolAddresses = new Set<number>();
  private stepAddresses: readonly number[] = [];
  /** Whose place the last stop was. */
  private last: Task | null = null;
  /** Told when the machine has paused by itself. */
  onStop: ((stop: Stop) => void) | null = null;

  constructor(
    private readonly k: Kernel,
    private readonly symbols: StopSymbols,
  ) {
    k.trace.onBreakpoint = (address) => this.breakpoint(address);
  }

  /** The loop that drives the machine from now on; null: it has ended, and so have steps. */
  setLoop(loop: RunLoop | null): void {
    this.loop = loop;
    if (loop) return;
    this.finishStep(null);
    this.endHold();
  }

  get paused(): boolean {
    return this.loop?.paused ?? false;
  }

  /** Number of the thread at which it stands; pid 1 where nothing runs. */
  get thread(): number {
    return (this.focus() ?? this.k.init).tid;
  }

  /** No guest instruction runs from now on, until `resume` or `step`. A step that is under way ends so. */
  pause(): Stop {
    this.loop?.pause();
    this.isHeld = false;
    this.endHold();
    const stop = this.describe('pause', this.focus());
    this.finishStep(stop);
    return stop;
  }

  /** Stands still at a place of the run, or where something else makes it stand still before. A step that is under way is not over. */
  hold(at?: Place): Promise<Place> {
    const { loop } = this;
    if (!loop || !at || (!loop.paused && this.isReached(at))) {
      this.isHeld ||= loop !== null && !loop.paused;
      loop?.pause();
      return Promise.resolve(this.place);
    }
    return new Promise((resolve) => {
      this.held = { at, resolve };
    });
  }

  /** Goes on where `hold` made it stand still; does nothing where something else has. */
  release(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.loop?.resume();
  }

  private held: { at: Place; resolve(place: Place): void } | null = null;
  private isHeld = false;

  private get place(): Place {
    return { icount: getReg(this.k, Cpu.Icount), asleep: this.isAsleep };
  }

  /** Can nothing run before something comes from outside, or time passes that is not the machine's own? */
  private get isAsleep(): boolean {
    const { k } = this;
    if (k.scheduler.runnable(k) > 0) return false;
    return k.options.clock !== 'virtual' || k.timers.next === Infinity || k.hostStreams?.awaited === true;
  }

  /** Is it there, or past it? */
  private isReached({ icount, asleep }: Place): boolean {
    const { place } = this;
    return place.icount > icount || (place.icount === icount && (!asleep || place.asleep));
  }

  /** Who waits for the machine to be held is told where it stands. */
  private endHold(): void {
    const { held } = this;
    this.held = null;
    held?.resolve(this.place);
  }

  /** Goes on; what is met already is told first. */
  resume(): void {
    if (!this.paused) return;
    this.isHeld = false;
    this.skipOnTheWay();
    this.k.trace.stopRequested = this.queue.length > 0;
    this.loop?.resume();
  }

  /** @throws MachineError bad-option: more addresses than can be watched */
  setSpecs(specs: readonly StopSpec[]): void {
    if (specs.filter(({ kind }) => kind === 'address' || kind === 'symbol').length > ADDRESSES_MOST)
      throw new MachineError('bad-option', `pause-at: at most ${ADDRESSES_MOST} addresses and symbols`);
    const { k } = this;
    const icount = getReg(k, Cpu.Icount);
    this.specs = specs.map((spec) => ({ spec, seen: spec.kind === 'insn' && spec.icount <= icount && !spec.asleep ? 1 : 0 }));
    this.placeSymbols();
    this.arm();
    // Where it stands already it need not be told again.
    const ip = getReg(k, Cpu.Rip);
    if (this.paused && k.trace.breakpoints.has(ip)) k.trace.passes.set(k.current, ip);
  }

  /** Instructions until the machine may have to stand still; Infinity where only events can make it. */
  get instructionsLeft(): number {
    const icount = getReg(this.k, Cpu.Icount);
    let left = this.step_?.stepper ? STEP_SLICE : Infinity;
    if (this.held && !(this.held.at.asleep && this.held.at.icount === icount))
      left = Math.min(left, Math.max(0, this.held.at.icount - icount));
    for (const { spec } of this.specs) if (spec.kind === 'insn' && spec.icount > icount) left = Math.min(left, spec.icount - icount);
    return left;
  }

  /**
   * From a pause to the next instruction or event of the thread that it stands at. Resolves there, or where something else makes the
   * machine stand still before; 'exit': the thread has ended, the machine stands still; null: no process is left.
   * @throws MachineError bad-option: it is not paused
   */
  async step(unit: StepUnit): Promise<Stop | null> {
    const { k, loop } = this;
    if (!loop?.paused || this.step_) throw new MachineError('bad-option', 'only a paused machine steps');
    if (unit === 'over' || unit === 'out') await this.symbols.load();
    if (unit !== 'stage') this.skipOnTheWay();
    const met = this.queue.shift();
    if (met) return this.tell(met, met.specs.length > 0 ? 'stop-spec' : 'step');
    if (k.init.children.size === 0) return null;
    const task = this.focus();
    const stepper = isEventUnit(unit)
      ? null
      : new Stepper(k, task, unit, {
          watch: (addresses) => {
            this.stepAddresses = addresses;
            this.arm();
          },
          unwindersOf: (thread) => unwinders.map((name) => this.symbols.find(thread, name)).filter((at) => at !== null),
        });
    return new Promise((resolve) => {
      this.step_ = { unit, task, stepper, hasEnded: false, resolve };
      k.trace.follower = stepper;
      k.trace.followed = 0;
      this.arm();
      this.resume();
    });
  }

  /** After each slice of the loop: is the machine to stand still? */
  afterSlice(): void {
    const { k, queue, step_ } = this;
    const due = this.dueInstructions();
    if (due.length > 0) queue.push({ specs: due, isStep: false, task: null });
    if (step_?.stepper?.arrived) queue.push({ specs: [], isStep: true, task: step_.stepper.task });
    if (step_?.hasEnded) {
      if (this.othersLive(step_.task)) queue.push({ specs: [], isStep: true, task: step_.task, hasEnded: true });
      else if (k.init.children.size === 0) this.finishStep(null);
    }
    if (step_?.unit !== 'stage') this.skipOnTheWay();
    const met = queue.shift();
    if (!met) {
      if (!this.held || !this.isReached(this.held.at)) return;
      this.loop?.pause();
      this.isHeld = true;
      this.endHold();
      return;
    }
    k.trace.stopRequested = false;
    this.loop?.pause();
    this.isHeld = false;
    this.endHold();
    const stop = this.tell(met, met.hasEnded ? 'exit' : met.specs.length > 0 ? 'stop-spec' : 'step');
    if (this.step_) this.finishStep(stop);
    else this.onStop?.(stop);
  }

  record(record: TraceRecord): void {
    const { event } = record;
    if (event === 'exec:start_thread' || event === 'mm:mmap') {
      if (event === 'exec:start_thread' || record.fields['file'] !== null) this.placeSymbols();
      this.arm();
    }
    const specs: string[] = [];
    for (const entry of this.specs) {
      if (!matches(entry.spec, record)) continue;
      entry.seen++;
      if (!('nth' in entry.spec) || entry.spec.nth === null || entry.seen === entry.spec.nth) specs.push(entry.spec.text);
    }
    this.followEvent(record);
    const isStep = this.isStep(record);
    const isStage = event.startsWith('exec:');
    if (specs.length > 0 || isStep) this.meet({ specs, isStep, task: this.k.current, record }, isStage || isDeadly(record));
    else if (isStage && this.queue.length > 0) this.meet({ specs, isStep, isOnTheWay: true, task: this.k.current, record }, true);
  }

  private meet(met: Met, withView: boolean): void {
    const { k } = this;
    const view = withView ? inspect(k, { pid: k.current.tid, maps: true, registers: true, initialStack: true }) : null;
    this.queue.push(view ? { ...met, view } : met);
    k.trace.stopRequested = true;
  }

  private followEvent({ event, fields }: TraceRecord): void {
    const { step_, k } = this;
    if (!step_) return;
    if (event === 'sched:sched_process_exit' && fields['exiting'] === step_.task?.tid) {
      step_.hasEnded = true;
      if (this.othersLive(step_.task)) k.trace.stopRequested = true;
    } else if (event === 'signal:signal_deliver' && isHandled(fields) && k.current === step_.stepper?.task) {
      step_.stepper.signalled(k);
    }
  }

  /** Is this the event that a step waits for? */
  private isStep({ event }: TraceRecord): boolean {
    const { step_ } = this;
    if (!step_ || !isEventUnit(step_.unit)) return false;
    return (step_.task === null || step_.task === this.k.current) && isEventOf(step_.unit, event);
  }

  private breakpoint(address: number): void {
    const { k } = this;
    const specs = this.specs.filter(
      ({ spec }) =>
        (spec.kind === 'address' && spec.address === address) ||
        (spec.kind === 'symbol' && this.symbols.find(k.current, spec.name) === address),
    );
    if (specs.length > 0) this.meet({ specs: specs.map(({ spec }) => spec.text), isStep: false, task: k.current }, false);
  }

  private dueInstructions(): string[] {
    const { k } = this;
    const icount = getReg(k, Cpu.Icount);
    return this.specs.flatMap((entry) => {
      const { spec } = entry;
      if (spec.kind !== 'insn' || entry.seen > 0 || spec.icount > icount || (spec.asleep && !this.isAsleep)) return [];
      entry.seen = 1;
      return [spec.text];
    });
  }

  /** The thread that a stop without one of its own is about, and that steps. */
  private focus(): Task | null {
    const { current, init } = this.k;
    if (current !== init && isAlive(current)) return current;
    if (this.last && isAlive(this.last)) return this.last;
    for (const process of this.k.pids.processes()) if (process !== init && isAlive(process)) return process;
    return null;
  }

  private tell(met: Met, reason: Stop['reason']): Stop {
    const { record, view, specs } = met;
    return {
      ...this.describe(reason, met.task ?? this.focus()),
      ...(specs.length > 0 ? { spec: specs[0]!, specs } : {}),
      ...(record ? { record } : {}),
      ...(view ? { view } : {}),
      ...(this.queue.length > 0 ? { stagesLeft: this.queue.length } : {}),
    };
  }

  private describe(reason: Stop['reason'], task: Task | null): Stop {
    const { k } = this;
    this.last = task;
    const thread = task ?? k.current;
    return {
      reason,
      pid: thread.tgid,
      tid: thread.tid,
      ip: getTaskReg(k, thread, Cpu.Rip),
      icount: getReg(k, Cpu.Icount),
      ...(this.isAsleep ? { asleep: true } : {}),
    };
  }

  private finishStep(stop: Stop | null): void {
    const { step_, k } = this;
    if (!step_) return;
    this.step_ = null;
    this.stepAddresses = [];
    k.trace.follower = null;
    this.arm();
    step_.resolve(stop);
  }

  private skipOnTheWay(): void {
    while (this.queue[0]?.isOnTheWay) this.queue.shift();
  }

  private othersLive(task: Task | null): boolean {
    for (const process of this.k.pids.processes()) {
      if (process === this.k.init) continue;
      for (const thread of process.signal.threads)
        if (thread !== task && isAlive(thread) && !(thread.flags & TaskFlag.EXITING)) return true;
    }
    return false;
  }

  /** Where the symbols are that are asked for, in all address spaces. */
  private placeSymbols(): void {
    this.symbolAddresses.clear();
    for (const { spec } of this.specs) {
      if (spec.kind !== 'symbol') continue;
      for (const task of this.k.pids.processes()) {
        const address = this.symbols.find(task, spec.name);
        if (address === null || this.symbolAddresses.has(address)) continue;
        if (this.symbolAddresses.size < ADDRESSES_MOST) this.symbolAddresses.add(address);
        // Too many programs at different addresses: it pauses early rather than never.
        else this.meet({ specs: [spec.text], isStep: false, task }, false);
      }
    }
  }

  /** Listens to what is waited for, and has the core watch the addresses. */
  private arm(): void {
    const { k, step_ } = this;
    let groups = 0;
    for (const { spec } of this.specs) groups |= groupOf(spec);
    if (step_) groups |= Trace.Sched | (isEventUnit(step_.unit) ? stepGroups[step_.unit] : Trace.Signal);
    if (groups !== this.listening) {
      k.trace.detach(this);
      if (groups !== 0) k.trace.attach(groups, this);
      this.listening = groups;
    }
    const addresses = new Set<number>([...this.symbolAddresses, ...this.stepAddresses]);
    for (const { spec } of this.specs) if (spec.kind === 'address') addresses.add(spec.address);
    const { breakpoints } = k.trace;
    if (addresses.size === breakpoints.size && [...addresses].every((address) => breakpoints.has(address))) return;
    breakpoints.clear();
    for (const address of addresses) breakpoints.add(address);
    installBreakpoints(k);
  }
}

function isAlive({ state }: Task): boolean {
  return state !== TaskState.Zombie && state !== TaskState.Dead;
}
