import { Cap, CmsgHdr, Msg, Scm, Sol } from '@ring3/abi';
import { EBADF, EINVAL, EPERM, Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser } from '../mm/uaccess.js';
import type { File } from '../vfs/file.js';
import { fdInstall, fgetRaw, fput, getFile } from '../vfs/file-table.js';
import type { Incoming } from './unix/receive.js';
import type { PeerCred } from './unix/unix-sock.js';

/** struct ucred. */
const UCRED_BYTES = 12;

const align = (length: number): number => (length + 7) & ~7;

/** Control messages of a sendmsg: descriptors become references. Linux: __scm_send. @throws EINVAL EBADF EPERM EFAULT */
export function readControl(k: Kernel, va: number, length: number): { files: File[]; cred: PeerCred | null } {
  const files: File[] = [];
  let cred: PeerCred | null = null;
  const bytes = copyFromUser(k, va, length).slice();
  const view = new DataView(bytes.buffer);
  try {
    for (let at = 0; at + CmsgHdr.Bytes <= length;) {
      const size = view.getUint32(at + CmsgHdr.Len, true);
      if (size < CmsgHdr.Bytes || size > length - at || view.getUint32(at + CmsgHdr.Len + 4, true) !== 0) throw EINVAL;
      if (view.getInt32(at + CmsgHdr.Level, true) === Sol.SOCKET) {
        const data = at + CmsgHdr.Bytes;
        const dataBytes = size - CmsgHdr.Bytes;
        switch (view.getInt32(at + CmsgHdr.Type, true)) {
          case Scm.RIGHTS:
            takeFiles(k, view, data, dataBytes, files);
            break;
          case Scm.CREDENTIALS:
            if (dataBytes !== UCRED_BYTES) throw EINVAL;
            cred = { pid: view.getInt32(data, true), uid: view.getUint32(data + 4, true), gid: view.getUint32(data + 8, true) };
            checkCred(k, cred);
            break;
          default:
            throw EINVAL;
        }
      }
      at += align(size);
    }
  } catch (error) {
    for (const file of files) fput(k, file);
    throw error;
  }
  return { files, cred };
}

/** scm_fp_copy */
function takeFiles(k: Kernel, view: DataView, at: number, length: number, files: File[]): void {
  const count = length >> 2;
  if (files.length + count > Scm.MaxFd) throw EINVAL;
  for (let i = 0; i < count; i++) {
    const fd = view.getInt32(at + 4 * i, true);
    if (fd < 0) throw EBADF;
    files.push(getFile(fgetRaw(k, fd)));
  }
}

/** scm_check_creds: nobody pretends to be somebody else. */
function checkCred(k: Kernel, { pid, uid, gid }: PeerCred): void {
  const { tgid, cred } = k.current;
  const mayPid = pid === tgid || cred.capable(Cap.SYS_ADMIN);
  const mayUid = uid === cred.uid || uid === cred.euid || uid === cred.suid || cred.capable(Cap.SETUID);
  const mayGid = gid === cred.gid || gid === cred.egid || gid === cred.sgid || cred.capable(Cap.SETGID);
  if (!mayPid || !mayUid || !mayGid) throw EPERM;
}

/**
 * Control messages of a recvmsg: credentials where they are wanted, then descriptors, as far as there is room; the rest is closed and
 * MSG_CTRUNC says so (in `came.flags`). Returns the bytes used. Linux: scm_recv, put_cmsg, scm_detach_fds
 */
export function writeControl(k: Kernel, va: number, length: number, came: Incoming, wantCred: boolean, flags: number): number {
  let used = 0;
  if (wantCred) {
    const { pid, uid, gid } = came.cred ?? { pid: 0, uid: 0xfffe, gid: 0xfffe };
    used += putControl(k, va, length, Scm.CREDENTIALS, Int32Array.of(pid, uid, gid), came);
  }
  const { files } = came;
  if (files.length === 0) return used;
  const room = Math.max(0, Math.floor((length - used - CmsgHdr.Bytes) / 4));
  const fds: number[] = [];
  for (const file of files) {
    if (fds.length >= room || !install(k, file, flags, fds)) break;
  }
  for (const file of files.slice(fds.length)) fput(k, file);
  came.files = [];
  if (fds.length < files.length) came.flags |= Msg.CTRUNC;
  if (fds.length > 0) used += putControl(k, va + used, length - used, Scm.RIGHTS, Int32Array.from(fds), came);
  return used;
}

function install(k: Kernel, file: File, flags: number, fds: number[]): boolean {
  try {
    fds.push(fdInstall(k, file, (flags & Msg.CMSG_CLOEXEC) !== 0));
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}

function putControl(k: Kernel, va: number, room: number, type: Scm, data: Int32Array, came: Incoming): number {
  if (va === 0 || room < CmsgHdr.Bytes) {
    came.flags |= Msg.CTRUNC;
    return 0;
  }
  const whole = CmsgHdr.Bytes + data.byteLength;
  const size = Math.min(whole, room);
  if (size < whole) came.flags |= Msg.CTRUNC;
  const bytes = new Uint8Array(whole);
  const view = new DataView(bytes.buffer);
  view.setUint32(CmsgHdr.Len, size, true);
  view.setInt32(CmsgHdr.Level, Sol.SOCKET, true);
  view.setInt32(CmsgHdr.Type, type, true);
  bytes.set(new Uint8Array(data.buffer), CmsgHdr.Bytes);
  copyToUser(k, va, bytes.subarray(0, size));
  return Math.min(align(whole), room);
}
