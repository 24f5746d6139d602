import { syscallTable, traceEvents } from '@ring3/kernel';
import { MachineError } from './options.js';

/** Where a machine is to pause by itself, taken apart. */
export type StopSpec =
  | { text: string; kind: 'stage'; event: string }
  | { text: string; kind: 'symbol'; name: string }
  | { text: string; kind: 'address'; address: number }
  | { text: string; kind: 'fault'; nth: number }
  | { text: string; kind: 'syscall'; nr: number; nth: number }
  | { text: string; kind: 'signal'; name: string }
  | { text: string; kind: 'insn'; icount: number };

/**
 * A word of `pause-at`: the name of a stage of execve ('load_elf_binary'), 'fault' or 'fault:N', 'syscall:NAME' or 'syscall:NAME:N',
 * 'signal:NAME', 'insn:N', an address as 0x401000, or else a symbol of the program.
 * @throws MachineError bad-option
 */
export function parseStopSpec(text: string): StopSpec {
  const bad = (why: string): MachineError => new MachineError('bad-option', `pause-at '${text}': ${why}`);
  const count = (digits: string | undefined): number => {
    const n = digits === undefined ? 1 : Number(digits);
    if (!Number.isSafeInteger(n) || n < 1) throw bad(`'${digits}' is not a count from 1`);
    return n;
  };
  if (/^0x[0-9a-f]+$/i.test(text)) {
    const address = Number(text);
    if (address >= 2 ** 47) throw bad('no address of user mode');
    return { text, kind: 'address', address };
  }
  const [word, ...rest] = text.split(':');
  switch (word) {
    case 'fault':
      return { text, kind: 'fault', nth: count(rest[0]) };
    case 'insn':
      return { text, kind: 'insn', icount: count(rest[0]) };
    case 'signal': {
      const name = rest[0] ?? '';
      if (name === '') throw bad('which signal? signal:SIGSEGV');
      return { text, kind: 'signal', name: name.startsWith('SIG') ? name : `SIG${name}` };
    }
    case 'syscall': {
      const nr = syscallTable.findIndex((row) => row?.name === rest[0]);
      if (nr < 0) throw bad(`'${rest[0] ?? ''}' is no system call of Linux 5.4`);
      return { text, kind: 'syscall', nr, nth: count(rest[1]) };
    }
  }
  const event = `exec:${text}`;
  if (event in traceEvents) return { text, kind: 'stage', event };
  if (!/^[A-Za-z_.$][\w.$@]*$/.test(text)) throw bad('neither a stage, an address, fault, syscall, signal, insn nor a symbol');
  return { text, kind: 'symbol', name: text };
}
