import type { SyscallRow } from '@ring3/kernel';
import { type Signature, inOrder, plain } from '../call.js';
import { printerOf } from '../kinds.js';
import { raw } from '../print/basic.js';
import { hex, octal } from '../text.js';
import { fileSignatures } from './files.js';
import { memorySignatures } from './memory.js';
import { processSignatures } from './processes.js';
import { waitingSignatures } from './waiting.js';

const byName: Readonly<Record<string, Signature>> = { ...fileSignatures, ...memorySignatures, ...processSignatures, ...waitingSignatures };

/** The six registers: what is printed of a call that nobody knows. */
const unknown: Signature = { slots: () => inOrder(raw, raw, raw, raw, raw, raw) };

/** How a row of the system call table is printed: by name where the arguments depend on each other, else by their kinds. */
export function signatureOf(row: SyscallRow | undefined): Signature {
  if (!row) return unknown;
  const known = byName[row.name];
  if (known) return withResult(known, row);
  return row.call ? withResult(plain(...row.args.map(printerOf)), row) : unknown;
}

function withResult(signature: Signature, row: SyscallRow): Signature {
  if (signature.result) return signature;
  if (row.result === 'addr') return { ...signature, result: (call) => (call.failed ? null : hex(call.result!)) };
  if (row.result === 'octal') return { ...signature, result: (call) => (call.failed ? null : octal(Number(call.result))) };
  return signature;
}
