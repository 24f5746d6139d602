import { type SyscallRow, syscallTable } from '@ring3/kernel';
import { type Signature, inOrder, plain } from '../call.js';
import { printerOf } from '../kinds.js';
import { raw } from '../print/basic.js';
import { hex, octal } from '../text.js';
import { eventSignatures } from './events.js';
import { fileSignatures } from './files.js';
import { memorySignatures } from './memory.js';
import { newerCalls, otherSignatures } from './newer.js';
import { processSignatures } from './processes.js';
import { rarerSignatures } from './rarer.js';
import { socketSignatures } from './sockets.js';
import { waitingSignatures } from './waiting.js';

const byName: Readonly<Record<string, Signature>> = {
  ...fileSignatures,
  ...memorySignatures,
  ...processSignatures,
  ...waitingSignatures,
  ...eventSignatures,
  ...socketSignatures,
  ...otherSignatures,
  ...rarerSignatures,
};

/** The six registers: what is printed of a call that nobody knows. */
const unknown: Signature = { slots: () => inOrder(raw, raw, raw, raw, raw, raw) };

/** 'openat', 'syscall_0x3e7'. */
export function callName(nr: number): string {
  return syscallTable[nr]?.name ?? newerCalls.get(nr) ?? `syscall_0x${(nr >>> 0).toString(16)}`;
}

/** Every name that a call can have. */
export const knownCalls: ReadonlySet<string> = new Set([...syscallTable.flatMap((row) => (row ? [row.name] : [])), ...newerCalls.values()]);

/** How a call is printed: by name where its arguments depend on each other, else by the kinds in its row of the system call table. */
export function signatureOf(nr: number): Signature {
  const row = syscallTable[nr];
  if (!row) return byName[callName(nr)] ?? unknown;
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
