import type { GuestMemory } from './memory.js';

/** One system call while it is being printed. */
export class Call {
  /** Signed; null while the call runs. */
  result: bigint | null = null;
  /** What an argument saw at the entry and needs at the exit. */
  readonly saved = new Map<string, string>();

  constructor(
    readonly nr: number,
    readonly name: string,
    /** The six registers, unsigned. */
    readonly args: readonly bigint[],
    readonly memory: GuestMemory,
    /** strace -s: bytes of a string that are shown. */
    readonly stringLimit: number,
    /** rsp at the entry. */
    readonly stackPointer: bigint,
  ) {}

  /** −4095 … −1 are errors, as the C library sees them. */
  get failed(): boolean {
    return this.result !== null && this.result < 0n && this.result >= -4095n;
  }

  arg(index: number): bigint {
    return this.args[index] ?? 0n;
  }
}

/** Prints argument `index` of a call. `atExit`: only when the call has returned can it be printed; so are all that follow it. */
export interface Printer {
  readonly atExit: boolean;
  print(call: Call, index: number): string;
}

export function atEntry(print: Printer['print']): Printer {
  return { atExit: false, print };
}

export function atExit(print: Printer['print']): Printer {
  return { atExit: true, print };
}

/** A printer, the register that it prints, and what stands before it when it is not the first (default ', '). */
export interface Slot {
  readonly printer: Printer;
  readonly index: number;
  readonly glue?: string;
}

/** Slots for registers 0, 1, 2… */
export function inOrder(...printers: readonly Printer[]): Slot[] {
  return printers.map((printer, index) => ({ printer, index }));
}

/** How a call is printed. */
export interface Signature {
  slots(call: Call): readonly Slot[];
  /** The result where it is no plain number. */
  result?(call: Call): string | null;
  /** What follows the result in parentheses. */
  note?(call: Call): string | null;
}

/** A call whose registers mean the same whatever they hold. */
export function plain(...printers: readonly Printer[]): Signature {
  const slots = inOrder(...printers);
  return { slots: () => slots };
}
