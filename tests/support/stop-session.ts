import { existsSync, readFileSync } from 'node:fs';
import { findSymbol, parseElf } from '@ring3/elf';
import { Machine, type MachineOptions, type Process, type SpawnOptions } from '@ring3/machine';
import type { StepUnit, Stop } from '@ring3/machine/protocol';
import { root } from './run.js';

export const stepping = (variant: 'static' | 'pie'): string => `${root}.cache/guest/stepping.${variant}`;
export const haveStepping = existsSync(stepping('static')) && existsSync(stepping('pie'));

/** Address of a symbol as the file says it. */
export function symbolValue(variant: 'static' | 'pie', name: string): number {
  const symbol = findSymbol(parseElf(new Uint8Array(readFileSync(stepping(variant)))), name);
  if (!symbol) throw new Error(`no symbol ${name}`);
  return Number(symbol.value);
}

/** A machine with the host's root whose stops are asked for one after the other. */
export class StopSession {
  private readonly stops: Stop[] = [];
  private waiting: ((stop: Stop) => void) | null = null;
  process: Process | null = null;

  private constructor(readonly machine: Machine) {}

  static async create(options: MachineOptions = {}): Promise<StopSession> {
    let session: StopSession | null = null;
    const machine = await Machine.create({ root: '/', clock: 'virtual', seed: 1, ...options, onStop: (stop) => session!.stopped(stop) });
    session = new StopSession(machine);
    return session;
  }

  private stopped(stop: Stop): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting) waiting(stop);
    else this.stops.push(stop);
  }

  /** Starts a program and resolves at its first stop. */
  async start(path: string, args: readonly string[] = [], options: SpawnOptions = {}): Promise<Stop> {
    this.process = await this.machine.spawn(path, args, { stdin: 'null', stdout: 'collect', ...options });
    return this.nextStop();
  }

  nextStop(): Promise<Stop> {
    const stop = this.stops.shift();
    if (stop) return Promise.resolve(stop);
    return new Promise((resolve, reject) => {
      this.waiting = resolve;
      void this.process?.exited.then(({ code }) => reject(new Error(`the program has ended with ${code} before it stopped`)), reject);
    });
  }

  async resume(): Promise<Stop> {
    await this.machine.resume();
    return this.nextStop();
  }

  step(unit: StepUnit): Promise<Stop | null> {
    return this.machine.step({ unit });
  }

  async steps(unit: StepUnit, count: number): Promise<Stop> {
    let stop: Stop | null = null;
    for (let i = 0; i < count; i++) stop = await this.step(unit);
    return stop!;
  }

  /** Resumes without stops, to the end: exit status and output. */
  async finish(): Promise<{ code: number | null; signal: string | null; output: string; untold: Stop[] }> {
    await this.machine.setStops([]);
    await this.machine.resume();
    const { code, signal, stdout } = await this.process!.exited;
    return { code, signal, output: new TextDecoder().decode(stdout), untold: this.stops };
  }

  /** A register of the thread, as a number. */
  async register(tid: number, name: string): Promise<number> {
    const view = await this.machine.inspect({ pid: tid, registers: true });
    return Number(`0x${view!.registers!.general[name]}`);
  }
}
