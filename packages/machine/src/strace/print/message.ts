import { type Call, type Printer, atEntry, atExit } from '../call.js';
import { bits, oneOf } from '../flags.js';
import { readAll } from '../memory.js';
import { messageBits, optionLevels } from '../names/sockets.js';
import { address } from '../text.js';
import { structText } from './basic.js';
import { iovecText } from './file.js';
import { socketAddressText } from './socket-address.js';

/** struct msghdr: name8 namelen4 pad4 iov8 iovlen8 control8 controllen8 flags4. */
export const MessageBytes = 56;

/** struct cmsghdr: len8 level4 type4, then data; the next one begins at a multiple of 8. */
const ControlHeaderBytes = 16;
const ScmRights = 1;
const SolSocket = 1;

function controlText(call: Call, va: bigint, length: number): string {
  const view = length >= ControlHeaderBytes && length <= 65536 ? readAll(call.memory, va, length) : null;
  if (!view) return address(va);
  const parts: string[] = [];
  for (let at = 0; at + ControlHeaderBytes <= length;) {
    const size = Number(view.getBigUint64(at, true));
    if (size < ControlHeaderBytes || at + size > length) break;
    const [level, type] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
    parts.push(`{cmsg_len=${size}, cmsg_level=${oneOf(level, optionLevels)}, cmsg_type=${dataText(view, at, size, level, type)}}`);
    at += Math.ceil(size / 8) * 8;
  }
  return `[${parts.join(', ')}]`;
}

function dataText(view: DataView, at: number, size: number, level: number, type: number): string {
  const data = at + ControlHeaderBytes;
  if (level === SolSocket && type === ScmRights) {
    const fds = Array.from({ length: Math.floor((size - ControlHeaderBytes) / 4) }, (_, i) => view.getInt32(data + 4 * i, true));
    return `SCM_RIGHTS, cmsg_data=[${fds.join(', ')}]`;
  }
  if (level === SolSocket && type === 2 && size >= ControlHeaderBytes + 12) {
    return `SCM_CREDENTIALS, cmsg_data={pid=${view.getInt32(data, true)}, uid=${view.getInt32(data + 4, true)}, gid=${view.getInt32(data + 8, true)}}`;
  }
  return `0x${type.toString(16)}`;
}

export function messageText(call: Call, va: bigint, available: number): string {
  return structText(call, va, MessageBytes, (view) => {
    const word = (at: number) => view.getBigUint64(at, true);
    const control = word(40) === 0n ? '' : `msg_control=${controlText(call, word(32), Number(word(40)))}, `;
    const nameLength = view.getUint32(8, true);
    return (
      `{msg_name=${word(0) === 0n ? 'NULL' : socketAddressText(call, word(0), nameLength)}, msg_namelen=${nameLength}, ` +
      `msg_iov=${iovecText(call, word(16), Number(word(24)), available)}, msg_iovlen=${word(24)}, ` +
      `${control}msg_controllen=${word(40)}, msg_flags=${bits(view.getUint32(48, true), messageBits)}}`
    );
  });
}

export const messageIn: Printer = atEntry((call, i) => messageText(call, call.arg(i), Infinity));
export const messageOut: Printer = atExit((call, i) =>
  call.failed
    ? structText(call, call.arg(i), MessageBytes, (view) => `{msg_namelen=${view.getUint32(8, true)}}`)
    : messageText(call, call.arg(i), Number(call.result)),
);
