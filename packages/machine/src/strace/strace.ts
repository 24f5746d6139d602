import { Cpu, Sig, Sys } from '@ring3/abi';
import { getRegPair, type Kernel, peekUser, Trace, type TraceRecord, type TraceSink } from '@ring3/kernel';
import { Call } from './call.js';
import { StraceFilter } from './filter.js';
import { entryText, join, restartOf, resultText } from './format.js';
import { StraceLines } from './lines.js';
import type { GuestMemory } from './memory.js';
import { signalText } from './names/signals.js';
import { varCount } from './print/process.js';
import { type SignalInfo, signalInfoText } from './print/signal.js';
import { signalInfo } from './signal-record.js';
import { callName, knownCalls, signatureOf } from './signatures/signature.js';
import { StraceSummary } from './summary.js';
import { address, quote } from './text.js';
import type { RunningCall, Tracee } from './tracee.js';

export interface StraceSettings {
  /** Children and threads too. */
  follow: boolean;
  /** -e expressions: trace=…, signal=…. */
  expressions: readonly string[];
  /** Counts instead of lines. */
  summary: boolean;
  /** Bytes of strings that are shown. */
  stringLimit: number;
  /** The time that each call took. */
  times: boolean;
  /** The pid before every line, as in a file that several processes share. */
  pids: boolean;
}

/** A trace that is being taken. */
export interface StraceSession {
  /** Stops it; prints the summary when one was asked for. */
  finish(): void;
}

const argumentRegisters = [Cpu.Rdi, Cpu.Rsi, Cpu.Rdx, Cpu.R10, Cpu.R8, Cpu.R9];

/** signal_generate's `res`: the signal was ignored (include/trace/events/signal.h). */
const SignalIgnored = 1;

/**
 * The system calls of a machine as strace(1) prints them. It listens to tracepoints, which come synchronously, and reads the program's
 * memory as it is then; it changes nothing in the machine.
 */
export class Strace implements TraceSink, StraceSession {
  private readonly filter: StraceFilter;
  private readonly lines: StraceLines;
  private readonly counts = new StraceSummary();
  private readonly tracees = new Map<number, Tracee>();
  private readonly memory: GuestMemory;
  /** Signals that are about to kill a process, by tgid: the kernel does not deliver them, a tracer sees them. */
  private readonly fatal = new Map<number, SignalInfo>();
  /** Generated, and not delivered yet. */
  private generatedLast: SignalInfo | null = null;

  /**
   * @param write receives the log in pieces
   * @param notify receives what strace says on stderr whatever -o is, a line at a time
   * @throws StraceExpressionError
   */
  constructor(
    private readonly k: Kernel,
    private readonly settings: StraceSettings,
    private readonly write: (text: string) => void,
    private readonly notify: (text: string) => void,
  ) {
    this.filter = new StraceFilter(settings.expressions, knownCalls);
    this.lines = new StraceLines(settings.summary ? () => undefined : write, settings.pids ? 'always' : 'several');
    this.memory = { read: (va, length) => (k.current.mm ? peekUser(k, k.current.mm, va, length) : new Uint8Array(0)) };
    k.trace.attach(Trace.Syscalls | Trace.Signal | Trace.Sched | Trace.Task, this);
  }

  /** Stops listening; prints the summary when there is one. */
  finish(): void {
    this.k.trace.detach(this);
    this.lines.cut();
    if (this.settings.summary) this.write(this.counts.text());
  }

  record(record: TraceRecord): void {
    const { event, fields } = record;
    switch (event) {
      case 'task:spawn':
        this.spawned(record);
        return;
      case 'syscalls:sys_enter':
        this.enter(record);
        return;
      case 'syscalls:sys_exit':
        this.exit(record);
        return;
      case 'signal:signal_deliver':
        this.delivered(record);
        return;
      case 'signal:signal_generate':
        this.generated(record);
        return;
      case 'signal:default_action':
        this.dying(Number(fields['target']), Number(fields['sig']));
        return;
      case 'signal:group_stop': {
        const tracee = this.tracees.get(record.tid);
        if (tracee) this.line(tracee, `--- stopped by ${signalText(Number(fields['sig']))} ---`);
        return;
      }
      case 'task:task_newtask':
        if (this.settings.follow && this.tracees.has(record.tid)) this.forked(Number(fields['child']));
        return;
      case 'sched:sched_process_exit':
        this.ended(Number(fields['exiting']), Number(fields['code']), fields['group_dead'] === true);
        return;
      case 'sched:sched_switch':
        this.switched(Number(fields['prev_pid']), Number(fields['next_pid']), record.time);
    }
  }

  /** A line about a thread between its calls. */
  note(tid: number, tgid: number, text: string): void {
    this.lines.begin(this.tracees.get(tid) ?? newTracee(tid, tgid), this.several);
    this.lines.end(text);
  }

  /** The machine's own execve, which started the program. */
  private spawned({ tid, pid, fields }: TraceRecord): void {
    if (this.tracees.size > 0) return;
    const tracee = this.watch(tid, pid);
    const call = this.newCall(Sys.execve);
    this.counts.add(call.nr, call.name, 0, false);
    if (!this.filter.showsCall(call.name)) return;
    const argv = String(fields['argv']).split('\0').slice(0, -1);
    const envc = Number(fields['envc']);
    const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
    const limited = argv.map((arg) => {
      const { stringLimit } = this.settings;
      return quote(bytes(arg.slice(0, stringLimit))) + (arg.length > stringLimit ? '...' : '');
    });
    const envp = BigInt((this.k.current.mm?.startStack ?? 0) + 8 * (argv.length + 2));
    this.lines.begin(tracee, false);
    this.lines.add(`execve(${quote(bytes(String(fields['file'])))}, [${limited.join(', ')}], ${address(envp)} ${varCount(envc)}`);
    this.lines.result(this.settings.times ? `0 <${seconds(0)}>` : '0');
  }

  private watch(tid: number, tgid: number): Tracee {
    const tracee = newTracee(tid, tgid);
    this.tracees.set(tid, tracee);
    return tracee;
  }

  private forked(child: number): void {
    const task = this.k.pids.task(child);
    this.watch(child, task?.tgid ?? child);
    this.notify(`strace: Process ${child} attached\n`);
  }

  private get several(): boolean {
    return this.tracees.size > 1;
  }

  private newCall(nr: number): Call {
    const { k } = this;
    const pair = (register: number) => {
      const [lo, hi] = getRegPair(k, register);
      return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
    };
    return new Call(nr, callName(nr), argumentRegisters.map(pair), this.memory, this.settings.stringLimit, pair(Cpu.Rsp));
  }

  private enter({ tid, fields, time }: TraceRecord): void {
    const tracee = this.tracees.get(tid);
    if (!tracee) return;
    const call = this.newCall(Number(fields['nr']));
    const signature = signatureOf(call.nr);
    const shown = this.filter.showsCall(call.name);
    const running: RunningCall = { call, signature, rest: [], shown, start: time, spent: 0, since: time };
    tracee.running = running;
    if (!shown || this.settings.summary) return;
    const { text, rest } = entryText(call, signature.slots(call));
    running.rest = rest;
    this.lines.begin(tracee, this.several);
    this.lines.add(call.nr === Sys.restart_syscall ? `restart_syscall(<... resuming interrupted ${tracee.interrupted} ...>` : text);
  }

  private exit({ tid, pid, fields, time }: TraceRecord): void {
    const tracee = this.tracees.get(tid)?.running ? this.tracees.get(tid) : this.executed(tid, pid);
    if (!tracee?.running) return;
    const { running } = tracee;
    const { call } = running;
    tracee.running = null;
    call.result = BigInt(Number(fields['ret']));
    const spent = running.spent + (running.since === null ? 0 : time - running.since);
    if (restartOf(call) && call.nr !== Sys.restart_syscall) tracee.interrupted = call.name;
    const killed = this.killed();
    if (running.shown && !killed) this.counts.add(call.nr, call.name, spent, call.failed);
    if (running.shown && !this.settings.summary) {
      if (killed) this.printNoResult(tracee, running);
      else this.printResult(tracee, running, time);
    }
    for (const info of tracee.dropped.splice(0)) this.signalLine(tracee, info);
  }

  private printResult(tracee: Tracee, running: RunningCall, time: number): void {
    const { call, signature } = running;
    this.resume(tracee, running);
    this.lines.add(join(call, running.rest));
    this.lines.result(resultText(call, signature) + (this.settings.times ? ` <${seconds(time - running.start)}>` : ''));
  }

  /** Is the current process being killed by SIGKILL, or by its own exit_group? Then no call returns to it any more. */
  private killed(): boolean {
    const { signal } = this.k.current;
    return signal.groupExiting && ((signal.groupExitCode & 0x7f) === 0 || (signal.groupExitCode & 0x7f) === Sig.KILL);
  }

  private resume(tracee: Tracee, { call }: RunningCall): void {
    if (this.lines.isOpen(tracee)) return;
    this.lines.begin(tracee, this.several);
    this.lines.add(`<... ${call.name} resumed>`);
  }

  /** A call that never returns. */
  private printNoResult(tracee: Tracee, running: RunningCall): void {
    this.resume(tracee, running);
    if (running.rest.length > 0) this.lines.add(' <unfinished ...>');
    this.lines.result('?');
  }

  /** A thread that executes a program takes its leader's id, and the leader is gone. */
  private executed(tid: number, tgid: number): Tracee | undefined {
    for (const tracee of this.tracees.values()) {
      if (tracee.tgid !== tgid || !tracee.running?.call.name.startsWith('execve')) continue;
      const leader = this.tracees.get(tid);
      this.tracees.delete(tracee.tid);
      if (leader) this.line(leader, `+++ superseded by execve in pid ${tracee.tid} +++`);
      tracee.tid = tid;
      this.tracees.set(tid, tracee);
      return tracee;
    }
    return undefined;
  }

  private delivered({ tid, pid, fields }: TraceRecord): void {
    this.fatal.delete(pid);
    this.generatedLast = null;
    const tracee = this.tracees.get(tid);
    if (tracee) this.signalLine(tracee, signalInfo(fields));
  }

  private generated({ fields }: TraceRecord): void {
    const info = signalInfo(fields);
    const tracee = this.tracees.get(Number(fields['target']));
    if (!tracee || info.signo === Sig.KILL) return;
    if (Number(fields['res']) === SignalIgnored) {
      if (tracee.running) tracee.dropped.push(info);
      else this.signalLine(tracee, info);
    } else {
      this.generatedLast = info;
    }
  }

  /** The signal that has just been generated ends its target at once, without being delivered. */
  private dying(tid: number, signo: number): void {
    const tracee = this.tracees.get(tid);
    if (tracee && this.generatedLast?.signo === signo) this.fatal.set(tracee.tgid, this.generatedLast);
  }

  private signalLine(tracee: Tracee, info: SignalInfo): void {
    if (this.filter.showsSignal(info.signo)) this.line(tracee, `--- ${signalText(info.signo)} ${signalInfoText(info)} ---`);
  }

  private line(tracee: Tracee, text: string): void {
    if (this.settings.summary) return;
    this.lines.begin(tracee, this.several);
    this.lines.end(text);
  }

  private ended(tid: number, code: number, groupDead: boolean): void {
    const tracee = this.tracees.get(tid);
    if (!tracee) return;
    const { running } = tracee;
    tracee.running = null;
    if (running?.shown && !this.settings.summary) this.printNoResult(tracee, running);
    const fatal = this.fatal.get(tracee.tgid);
    if (fatal && (code & 0x7f) === fatal.signo) this.signalLine(tracee, fatal);
    this.fatal.delete(tracee.tgid);
    tracee.exitCode = code;
    if (tracee.tid !== tracee.tgid || groupDead) this.exitLine(tracee, code);
    const leader = this.tracees.get(tracee.tgid);
    if (groupDead && leader && leader.exitCode !== null) this.exitLine(leader, leader.exitCode);
  }

  private exitLine(tracee: Tracee, code: number): void {
    const signo = code & 0x7f;
    const dumped = code & 0x80 ? ' (core dumped)' : '';
    this.line(tracee, signo === 0 ? `+++ exited with ${(code >> 8) & 0xff} +++` : `+++ killed by ${signalText(signo)}${dumped} +++`);
    this.tracees.delete(tracee.tid);
  }

  /** Time in a call is time on the CPU: it stops while another task runs. */
  private switched(previous: number, next: number, time: number): void {
    const left = this.tracees.get(previous)?.running;
    if (left && left.since !== null) {
      left.spent += time - left.since;
      left.since = null;
    }
    const entered = this.tracees.get(next)?.running;
    if (entered) entered.since = time;
  }
}

function newTracee(tid: number, tgid: number): Tracee {
  return { tid, tgid, running: null, dropped: [], exitCode: null, interrupted: 'unknown' };
}

function seconds(nanoseconds: number): string {
  return (nanoseconds / 1e9).toFixed(6);
}
