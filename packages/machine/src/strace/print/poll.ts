import { type Call, atEntry } from '../call.js';
import { bits } from '../flags.js';
import { readAll } from '../memory.js';
import { pollBits } from '../names/poll.js';
import { address, signed32, unsigned32 } from '../text.js';
import { arrayText } from './basic.js';

/** struct pollfd: fd4 events2 revents2. */
export const pollfds = atEntry((call, i) =>
  call.arg(i) === 0n
    ? 'NULL'
    : arrayText(call, call.arg(i), unsigned32(call.arg(i + 1)), 8, (view) => {
        const fd = view.getInt32(0, true);
        return fd < 0 ? `{fd=${fd}}` : `{fd=${fd}, events=${bits(view.getUint16(4, true), pollBits)}}`;
      }),
);

/** The descriptors with an event: '[{fd=6, revents=POLLOUT}]'. */
export function polledText(call: Call): string {
  const parts: string[] = [];
  for (let i = 0; i < Math.min(unsigned32(call.arg(1)), 1024); i++) {
    const view = readAll(call.memory, call.arg(0) + BigInt(8 * i), 8);
    if (!view) break;
    const revents = view.getUint16(6, true);
    if (revents !== 0) parts.push(`{fd=${view.getInt32(0, true)}, revents=${bits(revents, pollBits)}}`);
  }
  return `[${parts.join(', ')}]`;
}

function members(call: Call, va: bigint): number[] | null {
  const count = Math.max(0, Math.min(1024, signed32(call.arg(0))));
  const length = Math.ceil(count / 64) * 8;
  const view = length === 0 ? null : readAll(call.memory, va, length);
  if (!view) return null;
  const result: number[] = [];
  for (let fd = 0; fd < count; fd++) if (view.getUint8(fd >> 3) & (1 << (fd & 7))) result.push(fd);
  return result;
}

/** An fd_set that select reads. */
export const fdset = atEntry((call, i) => {
  const set = members(call, call.arg(i));
  if (set) return `[${set.join(' ')}]`;
  return call.arg(i) !== 0n && signed32(call.arg(0)) === 0 ? '[]' : address(call.arg(i));
});

/** What select left in its sets: ['in [3]', 'out [1 6]']. */
export function selectedTexts(call: Call): string[] {
  return ['in', 'out', 'except'].flatMap((name, i) => {
    const set = members(call, call.arg(i + 1));
    return set && set.length > 0 ? [`${name} [${set.join(' ')}]`] : [];
  });
}
