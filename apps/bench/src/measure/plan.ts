import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorkload } from '../catalogue/compile.js';
import { type ProgramCase, programs, starts } from '../catalogue/programs.js';
import { cpuWorkloads, operations, type Workload } from '../catalogue/workloads.js';
import type { Task } from '../engines/engine.js';
import { cache } from '../places.js';
import type { Size } from '../result.js';

/** One row of a table to be. */
export interface PlannedRow {
  task: Task;
  size: Size;
  about: string;
  operations: number | null;
}

export interface Plan {
  rows: PlannedRow[];
  starts: PlannedRow[];
  notHere: Record<string, string>;
}

/** Does --filter want this? It has words of names and kinds. */
export type Filter = (name: string, kind: string) => boolean;

export function filterOf(words: readonly string[] | null): Filter {
  if (words === null) return () => true;
  return (name, kind) => words.some((word) => kind === word || name.includes(word));
}

/** What a short run has of a long one, and a quick one. */
export const SHORT = 0.1;
const QUICK = 0.05;

/** Where programs run: what they write there is removed with it. */
export function workFolder(): string {
  const folder = join(cache, 'work');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function scaled({ rounds }: Workload, scale: number): number {
  return Math.max(1, Math.round(rounds * scale));
}

function workloadRow(workload: Workload, kind: 'cpu' | 'operation', size: Size, scale: number): PlannedRow {
  const rounds = scaled(workload, scale);
  return {
    task: { name: workload.name, kind, program: buildWorkload(workload.name), args: [`${rounds}`], cwd: workFolder() },
    size,
    about: workload.about,
    operations: kind === 'operation' ? rounds * (workload.each ?? 1) : null,
  };
}

function programRow({ name, about }: ProgramCase, [program, ...args]: string[], kind: 'program' | 'start', size: Size): PlannedRow {
  return { task: { name, kind, program: program!, args, cwd: workFolder() }, size, about, operations: null };
}

/** The program that does nothing. */
export function emptyTask(): Task {
  return { name: 'empty', kind: 'start', program: buildWorkload('empty'), args: [], cwd: workFolder() };
}

/** Where time may run out, some of each kind come first. */
function mixed(rows: readonly PlannedRow[]): PlannedRow[] {
  const kinds = [...new Set(rows.map(({ task }) => task.kind))].map((kind) => rows.filter(({ task }) => task.kind === kind));
  const places = kinds.flatMap((own) => own.map((row, i) => ({ row, place: i / own.length })));
  return places.toSorted((a, b) => a.place - b.place).map(({ row }) => row);
}

/**
 * Everything that a filter wants. A quick plan has everything once, with little work.
 * @param scale so much of the work
 */
export function makePlan(wanted: Filter, quick: boolean, scale: number): Plan {
  const size: Size = quick ? 'quick' : 'whole';
  const whole = quick ? QUICK * scale : scale;
  const plan: Plan = { rows: [], starts: [], notHere: {} };
  for (const workload of quick ? [] : cpuWorkloads) {
    if (wanted(workload.name, 'cpu')) plan.rows.push(workloadRow(workload, 'cpu', 'long', scale));
  }
  for (const workload of cpuWorkloads) {
    if (!quick && wanted(workload.name, 'short')) plan.rows.push(workloadRow(workload, 'cpu', 'short', SHORT * scale));
    if (quick && wanted(workload.name, 'cpu')) plan.rows.push(workloadRow(workload, 'cpu', 'quick', whole));
  }
  for (const operation of operations) {
    if (wanted(operation.name, 'operation')) plan.rows.push(workloadRow(operation, 'operation', size, whole));
  }
  for (const program of programs) {
    if (!wanted(program.name, 'program')) continue;
    const command = program.command(whole);
    if (typeof command === 'string') plan.notHere[program.name] = command;
    else plan.rows.push(programRow(program, command, 'program', size));
  }
  for (const program of starts) {
    if (!wanted(program.name, 'start')) continue;
    const command = program.command(1);
    if (typeof command === 'string') plan.notHere[program.name] = command;
    else plan.starts.push(programRow(program, command, 'start', 'whole'));
  }
  if (quick) plan.rows = mixed(plan.rows);
  return plan;
}
