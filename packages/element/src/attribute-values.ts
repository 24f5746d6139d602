import { MachineError } from '@ring3/machine';
import { shellWords } from './shell-words.js';

/** Words quoted as a shell quotes them. @throws MachineError bad-option */
export function wordsOf(attribute: string, text: string): string[] {
  try {
    return shellWords(text);
  } catch (error) {
    throw new MachineError('bad-option', `${attribute}: ${(error as Error).message}`);
  }
}

/** Words with blanks or commas between them. */
export function listOf(text: string | null): string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '');
}

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** '256m' → bytes. @throws MachineError bad-option */
export function bytesOf(attribute: string, value: string | number): number {
  const match = /^(\d+)([kmg]?)i?b?$/i.exec(String(value).trim());
  const bytes = match ? Number(match[1]) * units[match[2]!.toLowerCase()]! : NaN;
  if (!Number.isSafeInteger(bytes)) throw new MachineError('bad-option', `${attribute}="${value}" is no size, as 256m`);
  return bytes;
}

/** '10s', '500ms', '2m', or milliseconds as a number. @throws MachineError bad-option */
export function millisecondsOf(attribute: string, value: string | number): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(String(value).trim());
  if (!match) throw new MachineError('bad-option', `${attribute}="${value}" is no time, as 10s or 500ms`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[(match[2] ?? 'ms') as 'ms' | 's' | 'm'];
}

/** A whole number from 0 on. @throws MachineError bad-option */
export function countOf(attribute: string, value: string | number): number {
  const number = typeof value === 'number' ? value : /^\d+$/.test(value.trim()) ? Number(value) : NaN;
  if (!Number.isSafeInteger(number) || number < 0) throw new MachineError('bad-option', `${attribute}="${value}" is no whole number`);
  return number;
}

/** 'on' (or nothing), 'off'. @throws MachineError bad-option */
export function switchOf(attribute: string, value: string): boolean {
  if (value === 'on' || value === '') return true;
  if (value === 'off') return false;
  throw new MachineError('bad-option', `${attribute}="${value}" is neither on nor off`);
}

/** One of some words. @throws MachineError bad-option */
export function choiceOf<T extends string>(attribute: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw new MachineError('bad-option', `${attribute}="${value}" is none of ${choices.join(', ')}`);
  return choice;
}
