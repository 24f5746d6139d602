import { existsSync, readFileSync } from 'node:fs';
import { ElfType } from '@ring3/abi';
import { root } from '../support/run.js';
import { smallElf } from './images.js';
import { mutationsOf, type Mutation } from './mutations.js';

/** A program and its mutations. */
export interface Family {
  name: string;
  /** Files of the directory, by name. */
  files: Record<string, Buffer>;
  /** The one that is mutated, and the one that is executed. */
  target: string;
  program: string;
  mutations: Mutation[];
}

const INTERPRETER = './interp';

function family(
  name: string,
  files: Record<string, Buffer>,
  target: string,
  program: string,
  random: { count: number; seed: number },
): Family {
  return { name, files, target, program, mutations: mutationsOf(files[target]!, random) };
}

/** hello.c of the guest tests, linked statically; null where it has not been built. */
export function helloFamily(): Family | null {
  const path = `${root}.cache/guest/hello.static`;
  if (!existsSync(path)) return null;
  return family('hello', { prog: readFileSync(path) }, 'prog', 'prog', { count: 150, seed: 5 });
}

export function smallFamilies(): Family[] {
  const interpreter = smallElf(ElfType.Dyn);
  const dynamic = { prog: smallElf(ElfType.Dyn, INTERPRETER), interp: interpreter };
  const fixed = { prog: smallElf(ElfType.Exec, INTERPRETER), interp: interpreter };
  return [
    family('exec', { prog: smallElf(ElfType.Exec) }, 'prog', 'prog', { count: 600, seed: 1 }),
    family('static-pie', { prog: smallElf(ElfType.Dyn) }, 'prog', 'prog', { count: 300, seed: 2 }),
    family('pie', dynamic, 'prog', 'prog', { count: 600, seed: 3 }),
    family('interpreter', fixed, 'interp', 'prog', { count: 600, seed: 4 }),
  ];
}
