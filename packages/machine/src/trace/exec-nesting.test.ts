import { type TraceEventName, traceEvents } from '@ring3/kernel';
import { describe, expect, it } from 'vitest';
import { eventSources } from './catalogue/sources.js';
import { ExecNesting } from './exec-nesting.js';

const depths = (...stages: string[]): number[] => {
  const nesting = new ExecNesting();
  return stages.map((stage) => nesting.enter(`exec:${stage}` as TraceEventName).depth);
};

describe('ExecNesting', () => {
  it('a stage lies in the innermost open one that may contain it', () => {
    expect(depths('sys_execve', 'getname', 'do_execve', '__do_execve_file', 'unshare_files', 'exec_binprm')).toEqual([0, 1, 1, 2, 3, 3]);
  });

  it('a format that answers ends its search; the next one lies beside it', () => {
    const tries = ['search_binary_handler', 'load_script', 'load_binary'];
    expect(depths('exec_binprm', ...tries, ...tries, 'execve_return')).toEqual([0, 1, 2, 2, 1, 2, 2, 0]);
  });

  it('scripts nest; each level’s answer is where its search was', () => {
    const level = ['search_binary_handler', 'load_script'];
    expect(depths('exec_binprm', ...level, 'prepare_binprm', ...level, 'load_binary', 'load_binary')).toEqual([0, 1, 2, 3, 3, 4, 4, 2]);
  });

  it('the interpreter’s segments lie in load_elf_interp, the program’s in load_elf_binary', () => {
    expect(depths('load_elf_binary', 'elf_map', 'set_brk', 'load_elf_interp', 'elf_map', 'padzero', 'elf_entry')).toEqual([
      0, 1, 1, 1, 2, 2, 1,
    ]);
  });

  it('what begins in the middle is a root', () => {
    expect(depths('start_thread', 'execve_return')).toEqual([0, 0]);
  });
});

it('every event has a source, and what contains a stage is a stage', () => {
  expect(Object.keys(eventSources).toSorted()).toEqual(Object.keys(traceEvents).toSorted());
  for (const { within = [], file } of Object.values(eventSources)) {
    expect(file).toMatch(/^[a-z0-9_/]+\.[ch]$/);
    for (const outer of within) expect(outer).toMatch(/^exec:/);
  }
});
