import { Af, At, S, SockaddrUn } from '@ring3/abi';
import { EADDRINUSE, ECONNREFUSED, EEXIST, EINVAL, EPROTOTYPE } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { LookupFlags, May, pathAt, permission } from '../../vfs/namei.js';
import { mknodAt } from '../../vfs/namespace.js';
import { nameKey, type UnixSock } from './unix-sock.js';

/** sun_path as a byte string: a path, or an abstract name behind its NUL. */
export interface UnixAddress {
  readonly name: string;
  readonly abstract: boolean;
}

/** struct sockaddr_un, as long as its name: a path has its NUL. No address: the family alone. */
export function encodeAddress(address: UnixAddress | null): Uint8Array {
  const text = address ? (address.abstract ? `\0${address.name}` : `${address.name}\0`) : '';
  const bytes = new Uint8Array(SockaddrUn.Path + text.length);
  bytes[0] = Af.UNIX;
  for (let i = 0; i < text.length; i++) bytes[SockaddrUn.Path + i] = text.charCodeAt(i);
  return bytes;
}

/** unix_mkname. null: the family alone (autobind). @throws EINVAL */
export function decodeAddress(bytes: Uint8Array): UnixAddress | null {
  if (bytes.length < SockaddrUn.Path || bytes.length > SockaddrUn.Bytes) throw EINVAL;
  if ((bytes[0]! | (bytes[1]! << 8)) !== Af.UNIX) throw EINVAL;
  if (bytes.length === SockaddrUn.Path) return null;
  const text = String.fromCharCode(...bytes.subarray(SockaddrUn.Path));
  if (text.startsWith('\0')) return { name: text.slice(1), abstract: true };
  const end = text.indexOf('\0');
  return { name: end < 0 ? text : text.slice(0, end), abstract: false };
}

/** unix_bind. @throws EINVAL bound already @throws EADDRINUSE */
export function bindSocket(k: Kernel, sock: UnixSock, bytes: Uint8Array): void {
  const address = decodeAddress(bytes);
  if (!address) {
    if (!sock.address) autobind(k, sock);
    return;
  }
  if (address.abstract) {
    if (sock.address) throw EINVAL;
    if (k.unixNames.has(nameKey(sock, address))) throw EADDRINUSE;
    k.unixNames.set(nameKey(sock, address), sock);
  } else {
    try {
      mknodAt(k, At.FDCWD, address.name, S.IFSOCK | (0o777 & ~k.current.fs.umask), 0);
    } catch (error) {
      throw error === EEXIST ? EADDRINUSE : error;
    }
    // As on 5.4, the name is made before that.
    if (sock.address) throw EINVAL;
    const { inode } = pathAt(k, At.FDCWD, address.name, LookupFlags.None);
    inode.socket = sock;
    sock.boundInode = inode;
  }
  sock.address = address;
}

/** unix_autobind: an abstract name of five hexadecimal digits. */
export function autobind(k: Kernel, sock: UnixSock): void {
  for (let number = 0; ; number++) {
    const address = { name: number.toString(16).padStart(5, '0'), abstract: true };
    if (k.unixNames.has(nameKey(sock, address))) continue;
    k.unixNames.set(nameKey(sock, address), sock);
    sock.address = address;
    return;
  }
}

/** unix_find_other. @throws ECONNREFUSED nobody is there @throws EPROTOTYPE of another type @throws EACCES, and what a walk throws */
export function findSocket(k: Kernel, address: UnixAddress | null, type: number): UnixSock {
  if (!address) throw EINVAL;
  const found = address.abstract ? k.unixNames.get(nameKey({ type }, address)) : atPath(k, address.name);
  if (!found) throw ECONNREFUSED;
  if (found.type !== type) throw EPROTOTYPE;
  return found;
}

function atPath(k: Kernel, name: string): UnixSock | null {
  const { inode } = pathAt(k, At.FDCWD, name, LookupFlags.Follow);
  permission(k, inode, May.WRITE, k.current.cred);
  return (inode.mode & S.IFMT) === S.IFSOCK ? inode.socket : null;
}
