import { SockaddrUn, SockType } from '@ring3/abi';
import { EFAULT, EINVAL, ENOTSOCK } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, getI32, putU32 } from '../mm/uaccess.js';
import { SocketFile } from '../net/socket-file.js';
import { fget } from '../vfs/file-table.js';

/** SOCK_NONBLOCK, SOCK_CLOEXEC: O_NONBLOCK, O_CLOEXEC. */
export const SOCK_FLAGS = ~SockType.Mask;
/** sizeof(struct sockaddr_storage). */
const ADDRESS_MAX = 128;

/** sockfd_lookup. @throws EBADF ENOTSOCK */
export function socketOf(k: Kernel, fd: number): SocketFile {
  const file = fget(k, fd);
  if (!(file instanceof SocketFile)) throw ENOTSOCK;
  return file;
}

/** move_addr_to_kernel. @throws EINVAL EFAULT */
export function readAddress(k: Kernel, va: number, length: number): Uint8Array {
  if (length < 0 || length > ADDRESS_MAX) throw EINVAL;
  return copyFromUser(k, va, length).slice();
}

/** move_addr_to_user: as much as there is room for, and how long it is. @throws EINVAL EFAULT */
export function writeAddress(k: Kernel, bytes: Uint8Array, va: number, lengthVa: number): void {
  const room = getI32(k, lengthVa);
  if (room < 0) throw EINVAL;
  const part = bytes.subarray(0, Math.min(bytes.length, room));
  if (part.length > 0) {
    if (va === 0) throw EFAULT;
    copyToUser(k, va, part);
  }
  putU32(k, lengthVa, bytes.length);
}

/** The family of an address, AF_UNSPEC where it is too short to have one. */
export function familyOf(bytes: Uint8Array): number {
  return bytes.length >= SockaddrUn.Path ? bytes[0]! | (bytes[1]! << 8) : -1;
}
