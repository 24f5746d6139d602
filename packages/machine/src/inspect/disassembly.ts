import { Cpu } from '@ring3/abi';
import type { disassemble } from '@ring3/isa';
import { getTaskReg, type Kernel, peekUser } from '@ring3/kernel';
import type { DisassemblyRequest, InstructionView } from '../protocol.js';

/** The longest instruction (SDM volume 2, 2.3.11). */
const LONGEST = 15;
const BEFORE = 4;
const AFTER = 12;

/**
 * Instructions around an address of a thread, default: where it stands. Code has no marks where instructions begin: those before the
 * address are the longest row found that ends at it exactly. null: there is no memory to read.
 */
export function inspectDisassembly(
  k: Kernel,
  tid: number,
  { address, before = BEFORE, after = AFTER }: DisassemblyRequest,
  decode: typeof disassemble,
): InstructionView[] | null {
  const task = k.pids.task(tid);
  const mm = task?.mm;
  if (!task || !mm) return null;
  const ip = address ?? getTaskReg(k, task, Cpu.Rip);
  const code = peekUser(k, mm, ip, (after + 1) * LONGEST);
  if (code.length === 0) return null;
  return [...rowBefore(bytesBefore(k, tid, ip, before * LONGEST), ip, before, decode), ...row(code, ip, after + 1, decode)];
}

/** Up to `length` bytes that end at `ip`: fewer where the mapping begins. */
function bytesBefore(k: Kernel, tid: number, ip: number, length: number): Uint8Array {
  const { mm } = k.pids.task(tid)!;
  const start = Math.max(0, ip - length, mm!.vmas.find((vma) => vma.start <= ip && ip < vma.end)?.start ?? ip);
  return peekUser(k, mm!, start, ip - start);
}

function row(code: Uint8Array, from: number, most: number, decode: typeof disassemble): InstructionView[] {
  const views: InstructionView[] = [];
  for (let at = 0; at < code.length && views.length < most;) {
    const { length, text } = decode(code, at, from + at);
    views.push({ address: from + at, bytes: code.slice(at, at + length), text });
    at += length;
  }
  return views;
}

function rowBefore(code: Uint8Array, ip: number, most: number, decode: typeof disassemble): InstructionView[] {
  let best: InstructionView[] = [];
  for (let skip = 0; skip < code.length; skip++) {
    const views = row(code.subarray(skip), ip - code.length + skip, code.length, decode);
    const last = views.at(-1)!;
    if (last.address + last.bytes.length !== ip) continue;
    // What is no instruction cannot have been executed: only what lies behind it counts.
    const valid = views.slice(views.findLastIndex(({ text, address, bytes }) => text === '(bad)' || address + bytes.length > ip) + 1);
    if (valid.length > best.length) best = valid;
    if (best.length >= most) break;
  }
  return best.slice(-most || best.length);
}
