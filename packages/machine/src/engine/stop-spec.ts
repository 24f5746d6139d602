import { signalNumber, syscallTable, traceEvents } from '@ring3/kernel';
import { MachineError } from './options.js';

/** Parts behind the word. */
const mostParts: Readonly<Record<string, number>> = { fault: 1, insn: 2, signal: 1, syscall: 2 };

/** Where a machine is to pause by itself, taken apart. */
export type StopSpec =
  | { text: string; kind: 'stage'; event: string }
  | { text: string; kind: 'symbol'; name: string }
  | { text: string; kind: 'address'; address: number }
  | { text: string; kind: 'fault'; nth: number | null }
  | { text: string; kind: 'syscall'; nr: number; nth: number | null }
  | { text: string; kind: 'signal'; name: string }
  | { text: string; kind: 'insn'; icount: number; asleep: boolean };

/**
 * A word of `pause-at`: each time that it is met, or with N the how manyth time alone. The name of a stage of execve ('load_elf_binary'), 'fault' or 'fault:N', 'syscall:NAME' or 'syscall:NAME:N',
 * 'signal:NAME', 'insn:N' (so many instructions of the whole machine have retired; 'insn:N:asleep': and then all sleep), an address as
 * 0x401000, or else a symbol of the program or, where it has none of that name, of its libraries.
 * @throws MachineError bad-option
 */
export function parseStopSpec(text: string): StopSpec {
  const bad = (why: string): MachineError => new MachineError('bad-option', `pause-at '${text}': ${why}`);
  const count = (digits: string): number => {
    const n = /^\d+$/.test(digits) ? Number(digits) : NaN;
    if (!Number.isSafeInteger(n) || n < 1) throw bad(`'${digits}' is not a count from 1`);
    return n;
  };
  if (/^0x[0-9a-f]+$/i.test(text)) {
    const address = Number(text);
    if (address >= 2 ** 47) throw bad('no address of user mode');
    return { text, kind: 'address', address };
  }
  const [word, ...rest] = text.split(':');
  if (rest.length > (mostParts[word!] ?? rest.length)) throw bad(`'${rest.at(-1)}' is too much`);
  switch (word) {
    case 'fault':
      return { text, kind: 'fault', nth: rest[0] === undefined ? null : count(rest[0]) };
    case 'insn':
      if (rest[0] === undefined) throw bad('after how many instructions? insn:1000');
      if (rest[1] !== undefined && rest[1] !== 'asleep') throw bad(`'${rest[1]}' is not asleep`);
      return { text, kind: 'insn', icount: count(rest[0]), asleep: rest[1] === 'asleep' };
    case 'signal': {
      const name = rest[0] ?? '';
      if (name === '') throw bad('which signal? signal:SIGSEGV');
      const full = name.startsWith('SIG') ? name : `SIG${name}`;
      if (signalNumber(full) === undefined) throw bad(`'${name}' is no signal`);
      return { text, kind: 'signal', name: full };
    }
    case 'syscall': {
      const nr = syscallTable.findIndex((row) => row?.name === rest[0]);
      if (nr < 0) throw bad(`'${rest[0] ?? ''}' is no system call of Linux 5.4`);
      return { text, kind: 'syscall', nr, nth: rest[1] === undefined ? null : count(rest[1]) };
    }
  }
  const event = `exec:${text}`;
  if (event in traceEvents) return { text, kind: 'stage', event };
  if (!/^[A-Za-z_.$][\w.$@]*$/.test(text)) throw bad('neither a stage, an address, fault, syscall, signal, insn nor a symbol');
  return { text, kind: 'symbol', name: text };
}
