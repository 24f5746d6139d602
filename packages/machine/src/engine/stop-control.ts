import { Cpu } from '@ring3/abi';
import {
  getReg,
  inspect,
  installBreakpoints,
  type Kernel,
  peekUser,
  signalName,
  Trace,
  type TraceRecord,
  type TraceSink,
} from '@ring3/kernel';
import type { StepUnit, Stop } from '../protocol.js';
import type { StopSpec } from './stop-spec.js';

/** Address of a symbol of the program that a thread has just begun to execute; null: it has none of that name. */
export type ResolveSymbol = (tid: number, name: string) => number | null;

/** One-shot conditions of `step`. */
type Awaited = { unit: 'syscall' | 'fault' | 'stage' | 'signal' } | { unit: 'return'; tid: number; address: number; above: number };

/**
 * Decides when a machine pauses by itself: by specs (pause-at) and by steps. It listens to tracepoints, asks the kernel to leave its slice,
 * and keeps why; the run loop then stands still.
 */
export class StopControl implements TraceSink {
  private specs: readonly { spec: StopSpec; seen: number }[] = [];
  private awaited: Awaited | null = null;
  private reason: Omit<Stop, 'pid' | 'tid' | 'ip' | 'icount'> | null = null;
  private readonly symbols = new Map<number, StopSpec>();
  private listening = 0;

  constructor(
    private readonly k: Kernel,
    private readonly resolve: ResolveSymbol,
  ) {
    k.trace.onBreakpoint = (address) => this.breakpoint(address);
  }

  setSpecs(specs: readonly StopSpec[]): void {
    this.specs = specs.map((spec) => ({ spec, seen: 0 }));
    this.symbols.clear();
    for (const spec of specs) if (spec.kind === 'symbol') for (const task of this.k.pids.processes()) this.placeSymbol(task.tid, spec);
    this.arm();
  }

  /** Instructions until an insn:N is reached; Infinity without. */
  get instructionsLeft(): number {
    const icount = getReg(this.k, Cpu.Icount);
    let left = Infinity;
    for (const { spec } of this.specs) if (spec.kind === 'insn' && spec.icount > icount) left = Math.min(left, spec.icount - icount);
    return left;
  }

  /** Stops at the next event of this kind. */
  awaitEvent(unit: 'syscall' | 'fault' | 'stage' | 'signal'): void {
    this.awaited = { unit };
    this.arm();
  }

  /** Stops where this thread is back at `address` with its stack above `above`. */
  awaitReturn(tid: number, address: number, above: number): void {
    this.awaited = { unit: 'return', tid, address, above };
    this.arm();
  }

  /** The machine goes on: the instruction at which it stands is executed whatever is set there. */
  resume(): void {
    const { k } = this;
    this.reason = null;
    k.trace.stopRequested = false;
    k.trace.resuming = { tid: k.current.tid, address: getReg(k, Cpu.Rip) };
  }

  /** Why the machine is to stand still after this slice; null: it is not. One-shot conditions are over then. */
  taken(): Stop | null {
    const { k } = this;
    const icount = getReg(k, Cpu.Icount);
    if (!this.reason) {
      const due = this.specs.find(({ spec, seen }) => spec.kind === 'insn' && seen === 0 && spec.icount <= icount);
      if (!due) return null;
      due.seen = 1;
      this.reason = { reason: 'stop-spec', spec: due.spec.text };
    }
    const stop: Stop = { ...this.reason, pid: k.current.tgid, tid: k.current.tid, ip: getReg(k, Cpu.Rip), icount };
    this.reason = null;
    k.trace.stopRequested = false;
    if (this.awaited) {
      this.awaited = null;
      this.arm();
    }
    return stop;
  }

  record(record: TraceRecord): void {
    for (const entry of this.specs) {
      const { spec } = entry;
      if (spec.kind === 'symbol' && record.event === 'exec:start_thread') this.placeSymbol(record.tid, spec);
      if (!matches(spec, record)) continue;
      entry.seen++;
      if ('nth' in spec && entry.seen !== spec.nth) continue;
      this.request({ reason: 'stop-spec', spec: spec.text, record }, spec.kind === 'stage');
    }
    if (this.awaited && this.awaited.unit !== 'return' && isEventOf(this.awaited.unit, record)) {
      this.request({ reason: 'step', record }, this.awaited.unit === 'stage');
    }
  }

  private request(reason: NonNullable<StopControl['reason']>, withView: boolean): void {
    // The first of several reasons is told.
    if (this.reason) return;
    const { k } = this;
    // Between two stages there is no instruction to stand at: the view is of this moment, the machine stops when execve is done.
    const view = withView ? inspect(k, { pid: k.current.tid, maps: true, registers: true, initialStack: true }) : null;
    this.reason = view ? { ...reason, view } : reason;
    k.trace.stopRequested = true;
  }

  private breakpoint(address: number): void {
    const { awaited, k } = this;
    if (awaited?.unit === 'return') {
      if (awaited.tid === k.current.tid && awaited.address === address && getReg(k, Cpu.Rsp) > awaited.above)
        this.request({ reason: 'step' }, false);
    }
    const spec =
      this.specs.find(({ spec: known }) => known.kind === 'address' && known.address === address)?.spec ?? this.symbols.get(address);
    if (spec) this.request({ reason: 'stop-spec', spec: spec.text }, false);
  }

  private placeSymbol(tid: number, spec: StopSpec & { kind: 'symbol' }): void {
    const address = this.resolve(tid, spec.name);
    if (address === null) return;
    this.symbols.set(address, spec);
    this.arm();
  }

  /** Listens to what is waited for, and has the core watch the addresses. */
  private arm(): void {
    const { k, awaited } = this;
    let groups = 0;
    for (const { spec } of this.specs) groups |= groupOf(spec);
    if (awaited && awaited.unit !== 'return') groups |= stepGroups[awaited.unit];
    if (groups !== this.listening) {
      k.trace.detach(this);
      if (groups !== 0) k.trace.attach(groups, this);
      this.listening = groups;
    }
    const addresses = new Set<number>(this.symbols.keys());
    for (const { spec } of this.specs) if (spec.kind === 'address') addresses.add(spec.address);
    if (awaited?.unit === 'return') addresses.add(awaited.address);
    const { breakpoints } = k.trace;
    if (addresses.size === breakpoints.size && [...addresses].every((address) => breakpoints.has(address))) return;
    breakpoints.clear();
    for (const address of addresses) breakpoints.add(address);
    installBreakpoints(k);
  }
}

const stepGroups: Readonly<Record<'syscall' | 'fault' | 'stage' | 'signal', number>> = {
  syscall: Trace.Syscalls,
  fault: Trace.Exceptions,
  stage: Trace.Exec,
  signal: Trace.Signal,
};

function groupOf(spec: StopSpec): number {
  switch (spec.kind) {
    case 'stage':
    case 'symbol':
      return Trace.Exec;
    case 'fault':
      return Trace.Exceptions;
    case 'syscall':
      return Trace.Syscalls;
    case 'signal':
      return Trace.Signal;
    default:
      return 0;
  }
}

function matches(spec: StopSpec, { event, fields }: TraceRecord): boolean {
  switch (spec.kind) {
    case 'stage':
      return event === spec.event;
    case 'fault':
      return event === 'exceptions:page_fault_user';
    case 'syscall':
      return event === 'syscalls:sys_enter' && fields['nr'] === spec.nr;
    case 'signal':
      return event === 'signal:signal_deliver' && signalName(Number(fields['sig'])) === spec.name;
    default:
      return false;
  }
}

function isEventOf(unit: Exclude<StepUnit, 'insn' | 'over' | 'out'>, { event }: TraceRecord): boolean {
  switch (unit) {
    case 'syscall':
      return event === 'syscalls:sys_enter';
    case 'fault':
      return event === 'exceptions:page_fault_user';
    case 'stage':
      return event.startsWith('exec:');
    case 'signal':
      return event === 'signal:signal_deliver';
  }
}

/** The instruction at which the current thread stands: is it a call, a return? */
export function instructionAt(k: Kernel): 'call' | 'return' | 'other' {
  const { mm } = k.current;
  if (!mm) return 'other';
  const bytes = peekUser(k, mm, getReg(k, Cpu.Rip), 4);
  // Prefixes: REX, and those that compilers put before branches (notrack, bnd, padding).
  let at = 0;
  while (at < bytes.length && isPrefix(bytes[at]!)) at++;
  const opcode = bytes[at];
  if (opcode === 0xe8) return 'call';
  if (opcode === 0xff && ((bytes[at + 1] ?? 0) >> 3) % 8 === 2) return 'call';
  return opcode === 0xc3 || opcode === 0xc2 ? 'return' : 'other';
}

function isPrefix(byte: number): boolean {
  return (byte & 0xf0) === 0x40 || byte === 0x66 || byte === 0xf2 || byte === 0xf3 || byte === 0x3e || byte === 0x2e;
}
