import { type Call, type Printer, type Signature, atEntry, atExit, inOrder, plain } from '../call.js';
import { bits, oneOf } from '../flags.js';
import { readAll } from '../memory.js';
import {
  Family, families, inetProtocols, messageBits, netlinkProtocols, optionLevels, shutdownHow, socketBits, socketOptions, socketTypes, tcpOptions,
} from '../names/sockets.js';
import { bufferIn, bufferOut, choice, flags, int, intIn, pointer, structText, uint, ulong } from '../print/basic.js';
import { descriptor, descriptorPairOut } from '../print/file.js';
import { address, quote, signed32, unsigned32 } from '../text.js';

const type = atEntry((call, i) => {
  const value = unsigned32(call.arg(i));
  const rest = value & ~0xf;
  return oneOf(value & 0xf, socketTypes) + (rest === 0 ? '' : `|${bits(rest, socketBits)}`);
});

const protocol = atEntry((call, i) => {
  const value = signed32(call.arg(i));
  switch (signed32(call.arg(0))) {
    case Family.Inet: case Family.Inet6:
      return oneOf(value, inetProtocols);
    case Family.Netlink:
      return oneOf(value, netlinkProtocols);
    default:
      return String(value);
  }
});

/** struct sockaddr of `length` bytes: its family in two bytes, then what the family says; ports in network order. */
function socketAddressText(call: Call, va: bigint, length: number): string {
  const view = length >= 2 && length <= 128 ? readAll(call.memory, va, length) : null;
  if (!view) return address(va);
  const family = view.getUint16(0, true);
  const rest = new Uint8Array(view.buffer, view.byteOffset + 2, length - 2);
  return `{sa_family=${oneOf(family, families)}${membersText(family, view, rest)}}`;
}

function membersText(family: number, view: DataView, rest: Uint8Array): string {
  if (family === Family.Unix) {
    if (rest.length === 0) return '';
    if (rest[0] === 0) return `, sun_path=@${quote(rest.subarray(1))}`;
    const end = rest.indexOf(0);
    return `, sun_path=${quote(end < 0 ? rest : rest.subarray(0, end))}`;
  }
  if (family === Family.Inet && rest.length >= 6) {
    return `, sin_port=htons(${view.getUint16(2)}), sin_addr=inet_addr("${Array.from(rest.subarray(2, 6)).join('.')}")`;
  }
  if (family === Family.Inet6 && rest.length >= 26) {
    const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + 2 * i).toString(16)).join(':');
    const short = groups.replace(/(^|:)0(:0)+(:|$)/, '::');
    return (
      `, sin6_port=htons(${view.getUint16(2)}), sin6_flowinfo=htonl(${view.getUint32(4)}), ` +
      `inet_pton(AF_INET6, "${short}", &sin6_addr), sin6_scope_id=${view.getUint32(24, true)}`
    );
  }
  if (family === Family.Netlink && rest.length >= 10) return `, nl_pid=${view.getInt32(4, true)}, nl_groups=${view.getUint32(8, true).toString(16).padStart(8, '0')}`;
  return `, sa_data=${quote(rest)}`;
}

/** An address that the call reads; the next argument is its length. */
const addressIn = atEntry((call, i) => (call.arg(i) === 0n ? 'NULL' : socketAddressText(call, call.arg(i), unsigned32(call.arg(i + 1)))));

/** The length that was offered, kept for the exit. */
function lengthBefore(call: Call, at: number): string {
  return structText(call, call.arg(at), 4, (view) => `[${view.getInt32(0, true)}]`);
}

const lengthOut: Printer = atExit((call, i) => {
  const before = call.saved.get('length') ?? address(call.arg(i));
  const after = call.failed ? before : lengthBefore(call, i);
  return before === after ? before : `${before.slice(0, -1)} => ${after.slice(1)}`;
});

const addressOut: Printer = atExit((call, i) => {
  const view = call.failed ? null : readAll(call.memory, call.arg(i + 1), 4);
  return view ? socketAddressText(call, call.arg(i), view.getUint32(0, true)) : address(call.arg(i));
});

/** A call whose argument `lengthAt` points to a length that goes in and comes out. */
function withLength(lengthAt: number, ...printers: readonly Printer[]): Signature {
  const slots = inOrder(...printers);
  return {
    slots(call) {
      if (call.result === null) call.saved.set('length', lengthBefore(call, lengthAt));
      return slots;
    },
  };
}

const option = atEntry((call, i) => {
  const value = signed32(call.arg(i));
  const level = signed32(call.arg(i - 1));
  return level === 1 ? oneOf(value, socketOptions) : level === 6 ? oneOf(value, tcpOptions) : String(value);
});

const optionOut: Printer = atExit((call, i) => (call.failed ? address(call.arg(i)) : structText(call, call.arg(i), 4, (view) => `[${view.getInt32(0, true)}]`)));

/** Calls on sockets, by name. */
export const socketSignatures: Readonly<Record<string, Signature>> = {
  socket: plain(choice(families), type, protocol),
  socketpair: plain(choice(families), type, protocol, descriptorPairOut),
  connect: plain(descriptor, addressIn, int),
  bind: plain(descriptor, addressIn, int),
  listen: plain(descriptor, int),
  accept: withLength(2, descriptor, addressOut, lengthOut),
  accept4: withLength(2, descriptor, addressOut, lengthOut, flags(socketBits)),
  getsockname: withLength(2, descriptor, addressOut, lengthOut),
  getpeername: withLength(2, descriptor, addressOut, lengthOut),
  sendto: plain(descriptor, bufferIn, ulong, flags(messageBits), addressIn, uint),
  recvfrom: withLength(5, descriptor, bufferOut, ulong, flags(messageBits), addressOut, lengthOut),
  sendmsg: plain(descriptor, pointer, flags(messageBits)),
  recvmsg: plain(descriptor, pointer, flags(messageBits)),
  shutdown: plain(descriptor, choice(shutdownHow)),
  setsockopt: plain(descriptor, choice(optionLevels), option, intIn, int),
  getsockopt: withLength(4, descriptor, choice(optionLevels), option, optionOut, lengthOut),
};
