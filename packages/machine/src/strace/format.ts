import type { Call, Signature, Slot } from './call.js';
import { errorOf, restartText } from './errors.js';

/** A call as text: what is known at its entry, and the rest at its exit. */

/** Index of the first slot that has to wait for the exit; the number of slots when none has. */
function deferredFrom(slots: readonly Slot[]): number {
  const at = slots.findIndex(({ printer }) => printer.atExit);
  return at < 0 ? slots.length : at;
}

/** 'read(3, ' and the slots that are still to come. */
export function entryText(call: Call, slots: readonly Slot[]): { text: string; rest: readonly Slot[] } {
  const at = deferredFrom(slots);
  const glue = at > 0 && at < slots.length ? (slots[at]!.glue ?? ', ') : '';
  return { text: `${call.name}(${join(call, slots.slice(0, at))}${glue}`, rest: slots.slice(at) };
}

/** The slots in a row, each after its glue. */
export function join(call: Call, slots: readonly Slot[]): string {
  return slots.map(({ printer, index, glue }, i) => (i === 0 ? '' : (glue ?? ', ')) + printer.print(call, index)).join('');
}

/** '3', '-1 ENOENT (No such file or directory)', '0x1 (flags FD_CLOEXEC)', '? ERESTARTSYS (…)'. */
export function resultText(call: Call, signature: Signature): string {
  const restart = restartOf(call);
  if (restart) return `? ${restart}`;
  const note = signature.note?.(call);
  return (signature.result?.(call) ?? plainResult(call)) + (note ? ` ${note}` : '');
}

/** What is said of a call that will be restarted, or ends in EINTR; undefined when it has a result. */
export function restartOf(call: Call): string | undefined {
  return call.failed ? restartText(-Number(call.result)) : undefined;
}

function plainResult(call: Call): string {
  if (!call.failed) return String(call.result);
  const number = -Number(call.result);
  const error = errorOf(number);
  return error ? `-1 ${error.name} (${error.text})` : `-1 (errno ${number})`;
}
