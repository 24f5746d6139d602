import { Sys } from '@ring3/abi';
import { ENOTSOCK } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { fget } from '../vfs/file-table.js';
import type { ArgKind, SyscallRow } from './row.js';

/**
 * The calls on a socket's descriptor: there are no sockets, so every open file is something else. Programs ask in this way whether
 * a descriptor is one (bash whether its input comes from a network). Linux: net/socket.c: sockfd_lookup_light.
 */
function onSocket(k: Kernel, fd: number): number {
  fget(k, fd);
  throw ENOTSOCK;
}

function row(nr: Sys, name: string, ...args: ArgKind[]): SyscallRow {
  return { nr, name, args: ['fd', ...args], call: onSocket, done: 'no sockets' };
}

export const socketSyscalls: readonly SyscallRow[] = [
  row(Sys.connect, 'connect', 'ptr', 'int'),
  row(Sys.accept, 'accept', 'ptr', 'ptr'),
  row(Sys.sendto, 'sendto', 'buf:in', 'size', 'int', 'ptr', 'int'),
  row(Sys.recvfrom, 'recvfrom', 'buf:out', 'size', 'int', 'ptr', 'ptr'),
  row(Sys.sendmsg, 'sendmsg', 'ptr', 'int'),
  row(Sys.recvmsg, 'recvmsg', 'ptr', 'int'),
  row(Sys.shutdown, 'shutdown', 'int'),
  row(Sys.bind, 'bind', 'ptr', 'int'),
  row(Sys.listen, 'listen', 'int'),
  row(Sys.getsockname, 'getsockname', 'ptr', 'ptr'),
  row(Sys.getpeername, 'getpeername', 'ptr', 'ptr'),
  row(Sys.setsockopt, 'setsockopt', 'int', 'int', 'ptr', 'int'),
  row(Sys.getsockopt, 'getsockopt', 'int', 'int', 'ptr', 'ptr'),
];
