import { Cpu, PageFaultError, SiCode, Sig, SigFrame, Vector } from '@ring3/abi';
import { getRegPair, type Kernel, peekUser, Trace, type TraceRecord, type TraceSink } from '@ring3/kernel';
import { callName } from '../strace/signatures/signature.js';
import { sigsetText, signalInfoText } from '../strace/print/signal.js';
import { actionBits, signalText } from '../strace/names/signals.js';
import { bits } from '../strace/flags.js';
import { signalInfo } from '../strace/signal-record.js';

/** What happened to a signal. Names are stable: `ring3 signals --json` prints them. */
export type SignalStep = 'generate' | 'deliver' | 'frame' | 'default' | 'stop' | 'continue' | 'sigreturn' | 'restart' | 'exit';

/** One line of the life of a machine's signals. */
export interface SignalEvent {
  step: SignalStep;
  /** Monotonic ns since the first event of the timeline, and retired instructions of the machine. */
  time: number;
  icount: number;
  /** Whose signal it is: process and thread. */
  pid: number;
  tid: number;
  /** The signal's name; null for a sigreturn. */
  signal: string | null;
  /** What happened, in a sentence without full stop. */
  text: string;
  /** An instruction that faulted: its address and bytes, for a disassembler. */
  fault?: { address: string; bytes: readonly number[]; trapno: number; error: number };
  /** The frame on the user's stack, highest address first. */
  frame?: readonly FramePart[];
  /** As Linux's tracepoints have them. */
  fields: TraceRecord['fields'];
}

/** A part of a signal frame. */
export interface FramePart {
  address: string;
  name: string;
  text: string;
}

/** Longest instruction. */
const InstructionBytes = 15;

const vectors: Readonly<Record<number, string>> = {
  [Vector.DE]: '#DE divide error',
  [Vector.DB]: '#DB debug',
  [Vector.BP]: '#BP breakpoint',
  [Vector.OF]: '#OF overflow',
  [Vector.UD]: '#UD undefined instruction',
  [Vector.NP]: '#NP segment not present',
  [Vector.SS]: '#SS stack fault',
  [Vector.GP]: '#GP general protection',
  [Vector.PF]: '#PF page fault',
  [Vector.MF]: '#MF x87 floating point',
  [Vector.AC]: '#AC alignment check',
  [Vector.XM]: '#XM SIMD floating point',
};

/** signal_generate's `res` (include/trace/events/signal.h). */
const outcomes = [
  '',
  'ignored',
  'already pending: nothing is queued',
  'the queue is full: refused',
  'the queue is full: loses its siginfo',
];

const defaults: Readonly<Record<string, string>> = {
  ignore: 'default action: ignored',
  stop: 'default action: stops the process',
  terminate: 'default action: ends the process',
  core: 'default action: ends the process, with a core file where one may be',
  bad_frame: 'its frame does not fit on the stack: SIGSEGV instead',
};

/** Follows the signals of a machine's programs, as they happen. It listens to tracepoints and reads memory; it changes nothing. */
export class SignalTimeline implements TraceSink {
  private start: number | null = null;
  private readonly processes = new Map<number, number>();

  constructor(
    private readonly k: Kernel,
    private readonly receive: (event: SignalEvent) => void,
  ) {
    k.trace.attach(Trace.Signal | Trace.Sched | Trace.Task, this);
  }

  finish(): void {
    this.k.trace.detach(this);
  }

  record(record: TraceRecord): void {
    const { fields } = record;
    switch (record.event) {
      case 'task:spawn':
        this.start ??= record.time;
        return;
      case 'signal:signal_generate':
        this.generated(record);
        return;
      case 'signal:signal_deliver':
        this.delivered(record);
        return;
      case 'signal:setup_rt_frame':
        this.framed(record);
        return;
      case 'signal:default_action':
        this.emit(record, 'default', number(fields, 'sig'), defaults[String(fields['action'])]!, number(fields, 'target'));
        return;
      case 'signal:group_stop':
        this.emit(record, 'stop', number(fields, 'sig'), 'the thread has stopped');
        return;
      case 'signal:group_continue':
        this.emit(record, 'continue', Sig.CONT, 'the stopped process goes on', number(fields, 'target'));
        return;
      case 'signal:rt_sigreturn':
        this.returned(record);
        return;
      case 'signal:restart':
        this.restarted(record);
        return;
      case 'sched:sched_process_exit':
        this.exited(record);
    }
  }

  private generated(record: TraceRecord): void {
    const { fields } = record;
    const target = number(fields, 'target');
    const info = signalInfo(fields);
    const fault = record.tid === target && fields['grp'] === false && info.code > 0 ? this.faultOf(record) : undefined;
    const outcome = outcomes[number(fields, 'res')];
    const state = outcome || (fields['blocked'] === true ? 'blocked: pending' : 'pending');
    const whom = fields['grp'] === true ? 'for the process' : 'for the thread';
    this.emit(
      record,
      'generate',
      info.signo,
      `${origin(record, fault)}, ${whom}: ${state}; ${signalInfoText(info)}`,
      target,
      fault && { fault },
    );
  }

  private faultOf({ tid }: TraceRecord): SignalEvent['fault'] {
    const { k } = this;
    const task = k.current;
    if (task.tid !== tid || !task.mm) return undefined;
    const [low, high] = getRegPair(k, Cpu.Rip);
    const rip = high * 0x1_0000_0000 + low;
    return { address: hex(rip), bytes: [...peekUser(k, task.mm, rip, InstructionBytes)], trapno: task.trapNr, error: task.errorCode };
  }

  private delivered(record: TraceRecord): void {
    const { fields } = record;
    const handler = number(fields, 'sa_handler');
    // The default action has a record of its own.
    if (handler === 0) return;
    const text =
      handler === 1 ? 'taken off the queue: ignored' : `handler ${hex(handler)}, flags ${bits(number(fields, 'sa_flags'), actionBits)}`;
    this.emit(record, 'deliver', number(fields, 'sig'), text);
  }

  private framed(record: TraceRecord): void {
    const { fields } = record;
    const stack = fields['stack'] === 'alternate' ? 'the alternate stack' : 'the current stack';
    const text = `frame at ${hex(number(fields, 'frame'))}, ${number(fields, 'bytes')} bytes on ${stack}`;
    this.emit(record, 'frame', number(fields, 'sig'), text, record.tid, { frame: frameParts(fields) });
  }

  private returned(record: TraceRecord): void {
    const { fields } = record;
    const text = `from the frame at ${hex(number(fields, 'frame'))}: rip ${hex(number(fields, 'rip'))}, rsp ${hex(number(fields, 'rsp'))}, mask ${maskText(fields)}`;
    this.emit(record, 'sigreturn', null, text);
  }

  private restarted(record: TraceRecord): void {
    const { fields } = record;
    const { again, sig } = fields;
    const call = callName(number(fields, 'nr'));
    const then = again === null ? 'ends with EINTR' : `is made again${again === fields['nr'] ? '' : ` by ${callName(Number(again))}`}`;
    const when = sig === null ? 'no handler runs' : 'after the handler';
    this.emit(
      record,
      'restart',
      sig === null ? null : Number(sig),
      `${call} was interrupted (${String(fields['kind'])}); ${when}: it ${then}`,
    );
  }

  private exited(record: TraceRecord): void {
    const { fields } = record;
    if (fields['group_dead'] !== true) return;
    const code = number(fields, 'code');
    const signo = code & 0x7f;
    if (signo === 0) return;
    this.emit(record, 'exit', signo, `killed the process${code & 0x80 ? ' (core dumped)' : ''}`, number(fields, 'exiting'));
  }

  private emit(
    record: TraceRecord,
    step: SignalStep,
    signo: number | null,
    text: string,
    target = record.tid,
    more?: Partial<SignalEvent>,
  ): void {
    this.start ??= record.time;
    const tgid = target === record.tid ? record.pid : (this.k.pids.task(target)?.tgid ?? this.processes.get(target) ?? target);
    this.processes.set(target, tgid);
    const signal = signo === null ? null : signalText(signo);
    this.receive({
      step,
      time: record.time - this.start,
      icount: record.icount,
      pid: tgid,
      tid: target,
      signal,
      text,
      ...more,
      fields: record.fields,
    });
  }
}

/** Who made it: a process, a timer, a child's end, an instruction, or the kernel. */
function origin(record: TraceRecord, fault: SignalEvent['fault']): string {
  const { fields } = record;
  const code = number(fields, 'code');
  const signo = number(fields, 'sig');
  if (code === SiCode.Timer) return `by timer ${number(fields, 'timerid')}`;
  if (code <= SiCode.User) return `by process ${number(fields, 'pid')}`;
  if (signo === Sig.CHLD) return `by child ${number(fields, 'pid')}`;
  if (fault) return `by ${vectors[fault.trapno] ?? `exception ${fault.trapno}`}${accessOf(fault)} at ${fault.address}`;
  return 'by the kernel';
}

/** What a page fault was about. */
function accessOf({ trapno, error }: NonNullable<SignalEvent['fault']>): string {
  if (trapno !== Vector.PF) return '';
  return error & PageFaultError.Fetch ? ' (fetch)' : error & PageFaultError.Write ? ' (write)' : ' (read)';
}

function frameParts(fields: TraceRecord['fields']): FramePart[] {
  const frame = number(fields, 'frame');
  const part = (at: number, name: string, text: string): FramePart => ({ address: hex(at), name, text });
  const cr2 = number(fields, 'cr2_high') * 0x1_0000_0000 + (number(fields, 'cr2') >>> 0);
  return [
    part(number(fields, 'rsp'), 'rsp', 'where it was interrupted; the red zone is the 128 bytes below'),
    part(number(fields, 'fpstate'), 'fpstate', '512 bytes, FXSAVE'),
    part(frame + SigFrame.Info, 'siginfo', '128 bytes'),
    part(frame + SigFrame.SigMask, 'uc_sigmask', maskText(fields)),
    part(
      frame + SigFrame.R8,
      'uc_mcontext',
      `rip ${hex(number(fields, 'rip'))} rax ${signedHex(fields, 'rax')} eflags ${hex(number(fields, 'eflags'))} trapno ${number(fields, 'trapno')} err ${hex(number(fields, 'err'))} cr2 ${hex(cr2)}`,
    ),
    part(frame + SigFrame.UcFlags, 'ucontext', `uc_flags ${hex(number(fields, 'uc_flags'))}`),
    part(frame, 'return', `to the restorer ${hex(number(fields, 'restorer'))}`),
  ];
}

function maskText(fields: TraceRecord['fields']): string {
  return sigsetText((BigInt(number(fields, 'mask_high') >>> 0) << 32n) | BigInt(number(fields, 'mask') >>> 0));
}

/** A register in two halves; small negative numbers, as results of calls are, in decimal. */
function signedHex(fields: TraceRecord['fields'], name: string): string {
  const value = (BigInt(number(fields, `${name}_high`) >>> 0) << 32n) | BigInt(number(fields, name) >>> 0);
  const signed = BigInt.asIntN(64, value);
  return signed < 0n && signed >= -4095n ? String(signed) : `0x${value.toString(16)}`;
}

function number(fields: TraceRecord['fields'], name: string): number {
  return Number(fields[name] ?? 0);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
