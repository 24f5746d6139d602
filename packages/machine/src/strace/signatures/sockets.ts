import { type Call, type Printer, type Signature, atEntry, atExit, inOrder, plain } from '../call.js';
import { bits, oneOf } from '../flags.js';
import { readAll } from '../memory.js';
import {
  Family,
  families,
  inetProtocols,
  messageBits,
  netlinkProtocols,
  optionLevels,
  shutdownHow,
  socketBits,
  socketOptions,
  socketTypes,
  tcpOptions,
} from '../names/sockets.js';
import { bufferIn, bufferOut, bufferText, choice, flags, int, structText, uint, ulong } from '../print/basic.js';
import { descriptor, descriptorPairOut } from '../print/file.js';
import { messageIn, messageOut } from '../print/message.js';
import { socketAddressText } from '../print/socket-address.js';
import { address, signed32, unsigned32 } from '../text.js';

const type = atEntry((call, i) => {
  const value = unsigned32(call.arg(i));
  const rest = value & ~0xf;
  return oneOf(value & 0xf, socketTypes) + (rest === 0 ? '' : `|${bits(rest, socketBits)}`);
});

const protocol = atEntry((call, i) => {
  const value = signed32(call.arg(i));
  switch (signed32(call.arg(0))) {
    case Family.Inet:
    case Family.Inet6:
      return oneOf(value, inetProtocols);
    case Family.Netlink:
      return oneOf(value, netlinkProtocols);
    default:
      return String(value);
  }
});

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

/** A value of `length` bytes: a number, struct ucred, struct linger, or its bytes. */
function optionText(call: Call, va: bigint, length: number): string {
  const name = signed32(call.arg(1)) === 1 ? socketOptions.names.find(([value]) => value === signed32(call.arg(2)))?.[1] : undefined;
  if (name === 'SO_PEERCRED' && length === 12) {
    return structText(
      call,
      va,
      length,
      (view) => `{pid=${view.getInt32(0, true)}, uid=${view.getInt32(4, true)}, gid=${view.getInt32(8, true)}}`,
    );
  }
  if (name === 'SO_LINGER' && length === 8) {
    return structText(call, va, length, (view) => `{l_onoff=${view.getInt32(0, true)}, l_linger=${view.getInt32(4, true)}}`);
  }
  return length === 4 ? structText(call, va, length, (view) => `[${view.getInt32(0, true)}]`) : bufferText(call, va, length);
}

const optionIn = atEntry((call, i) => optionText(call, call.arg(i), unsigned32(call.arg(i + 1))));
const optionOut = atExit((call, i) => {
  const length = call.failed ? null : readAll(call.memory, call.arg(i + 1), 4);
  return length ? optionText(call, call.arg(i), length.getUint32(0, true)) : address(call.arg(i));
});

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
  sendmsg: plain(descriptor, messageIn, flags(messageBits)),
  recvmsg: plain(descriptor, messageOut, flags(messageBits)),
  shutdown: plain(descriptor, choice(shutdownHow)),
  setsockopt: plain(descriptor, choice(optionLevels), option, optionIn, int),
  getsockopt: withLength(4, descriptor, choice(optionLevels), option, optionOut, lengthOut),
};
