import { Fcntl, O } from '@ring3/abi';
import { type Call, type Signature, type Slot, atEntry, inOrder, plain } from '../call.js';
import { bits, oneOf } from '../flags.js';
import { fcntlCommands, fdBits } from '../names/fcntl.js';
import {
  accessAtBits,
  accessBits,
  atBits,
  fadviseValues,
  fallocateBits,
  flockBits,
  lockTypes,
  memfdBits,
  mountBits,
  notifyBits,
  renameBits,
  rwfBits,
  sealBits,
  spliceBits,
  statxMask,
  syncRangeBits,
  umountBits,
  whence,
  xattrBits,
} from '../names/files.js';
import {
  bufferIn,
  attributeOut,
  bufferOut,
  choice,
  cwdOut,
  dirfd,
  flags,
  hexInt,
  int,
  long,
  mode,
  offsetIn,
  path,
  pointer,
  raw,
  string,
  uid,
  uint,
  ulong,
} from '../print/basic.js';
import {
  descriptor,
  descriptorFlags,
  descriptorPairOut,
  device,
  direntsOut,
  fileMode,
  iovecBare,
  iovecIn,
  iovecOut,
  lockIn,
  lockOut,
  offsetInOut,
  openFlags,
  openFlagsText,
  statOut,
  statfsOut,
  statxFlags,
  statxOut,
} from '../print/file.js';
import { signal } from '../print/signal.js';
import { fileTimes, fileTimevals, utimbuf } from '../print/time.js';
import { hex, signed32, unsigned32 } from '../text.js';

const at = flags(atBits);
const access = flags(accessBits);

/** A mode is there only when the call may create a file. */
function open(before: readonly Slot[], flagsAt: number): Signature {
  const slots = [...before, { printer: openFlags, index: flagsAt }];
  const withMode = [...slots, { printer: mode, index: flagsAt + 1 }];
  return { slots: (call) => (unsigned32(call.arg(flagsAt)) & (O.CREAT | O.TMPFILE_BIT) ? withMode : slots) };
}

/** A device number is there only for device files. */
function mknod(before: readonly Slot[], modeAt: number): Signature {
  const slots = [...before, { printer: fileMode, index: modeAt }];
  const withDevice = [...slots, { printer: device, index: modeAt + 1 }];
  return { slots: (call) => ([0o020000, 0o060000].includes(unsigned32(call.arg(modeAt)) & 0o170000) ? withDevice : slots) };
}

/** preadv and its kin: the position is in two registers, of which x86-64 needs one. */
function vectorAt(vector: Signature, withFlags: boolean): Signature {
  const [fd, iov, count] = vector.slots(null as never) as [Slot, Slot, Slot];
  const slots = [fd, iov, count, { printer: long, index: 3 }, ...(withFlags ? [{ printer: flags(rwfBits), index: 5 }] : [])];
  return { slots: () => slots };
}

const readv = plain(descriptor, iovecOut, ulong);
const writev = plain(descriptor, iovecIn, ulong);
const stat = plain(path, statOut);
const setxattr = plain(path, string, bufferIn, ulong, flags(xattrBits));
const getxattr = plain(path, string, attributeOut, ulong);
const listxattr = plain(path, attributeOut, ulong);

const leases = choice(lockTypes);
const fdFlags = flags(fdBits);
const seals = flags(sealBits);

function fcntlArgument(command: number): readonly Slot[] {
  const argument = { index: 2 };
  switch (command) {
    case Fcntl.GETFD:
    case Fcntl.GETFL:
    case Fcntl.GETOWN:
    case Fcntl.GETSIG:
    case Fcntl.GETLEASE:
    case Fcntl.GETPIPE_SZ:
    case Fcntl.GET_SEALS:
      return [];
    case Fcntl.SETFD:
      return [{ ...argument, printer: fdFlags }];
    case Fcntl.SETFL:
      return [{ ...argument, printer: openFlags }];
    case Fcntl.GETLK:
    case Fcntl.OFD_GETLK:
      return [{ ...argument, printer: lockOut }];
    case Fcntl.SETLK:
    case Fcntl.SETLKW:
    case Fcntl.OFD_SETLK:
    case Fcntl.OFD_SETLKW:
      return [{ ...argument, printer: lockIn }];
    case Fcntl.SETSIG:
      return [{ ...argument, printer: signal }];
    case Fcntl.SETLEASE:
      return [{ ...argument, printer: leases }];
    case Fcntl.NOTIFY:
      return [{ ...argument, printer: flags(notifyBits) }];
    case Fcntl.ADD_SEALS:
      return [{ ...argument, printer: seals }];
    case Fcntl.DUPFD:
    case Fcntl.DUPFD_CLOEXEC:
    case Fcntl.SETOWN:
    case Fcntl.SETPIPE_SZ:
      return [{ ...argument, printer: int }];
    case Fcntl.SETOWN_EX:
    case Fcntl.GETOWN_EX:
    case Fcntl.GETOWNER_UIDS:
    case Fcntl.GET_RW_HINT:
    case Fcntl.SET_RW_HINT:
    case Fcntl.GET_FILE_RW_HINT:
    case Fcntl.SET_FILE_RW_HINT:
      return [{ ...argument, printer: pointer }];
    default:
      return [{ ...argument, printer: raw }];
  }
}

function fcntlResult(call: Call): string | null {
  if (call.failed) return null;
  const result = Number(call.result);
  switch (signed32(call.arg(1))) {
    case Fcntl.GETFD:
      return result === 0 ? '0' : `${hex(result)} (flags ${bits(result, fdBits)})`;
    case Fcntl.GETFL:
      return `${hex(result)} (flags ${openFlagsText(result)})`;
    case Fcntl.GETLEASE:
      return `${hex(result)} (${oneOf(result, lockTypes)})`;
    case Fcntl.GET_SEALS:
      return result === 0 ? '0' : `${hex(result)} (seals ${bits(result, sealBits)})`;
    default:
      return null;
  }
}

const fcntlHead = inOrder(descriptor, choice(fcntlCommands));

/** sendfile's offset is read at the entry and read again at the exit. */
const sendfileSlots = inOrder(descriptor, descriptor, offsetInOut, ulong);

/** Calls on files, by name. */
export const fileSignatures: Readonly<Record<string, Signature>> = {
  open: open(inOrder(path), 1),
  openat: open(inOrder(dirfd, path), 2),
  creat: plain(path, mode),
  mknod: mknod(inOrder(path), 1),
  mknodat: mknod(inOrder(dirfd, path), 2),
  access: plain(path, access),
  faccessat: plain(dirfd, path, access),
  faccessat2: plain(dirfd, path, access, flags(accessAtBits)),
  lseek: plain(descriptor, long, choice(whence)),
  readv,
  writev,
  preadv: vectorAt(readv, false),
  pwritev: vectorAt(writev, false),
  preadv2: vectorAt(readv, true),
  pwritev2: vectorAt(writev, true),
  vmsplice: plain(descriptor, iovecIn, ulong, flags(spliceBits)),
  process_vm_readv: plain(int, iovecOut, ulong, iovecBare, ulong, ulong),
  process_vm_writev: plain(int, iovecIn, ulong, iovecBare, ulong, ulong),
  sendfile: {
    slots(call) {
      if (call.result === null) call.saved.set('offset', offsetIn.print(call, 2));
      return sendfileSlots;
    },
  },
  splice: plain(descriptor, offsetIn, descriptor, offsetIn, ulong, flags(spliceBits)),
  tee: plain(descriptor, descriptor, ulong, flags(spliceBits)),
  copy_file_range: plain(descriptor, offsetIn, descriptor, offsetIn, ulong, hexInt),
  fcntl: { slots: (call) => [...fcntlHead, ...fcntlArgument(signed32(call.arg(1)))], result: fcntlResult },
  flock: plain(descriptor, flags(flockBits)),
  pipe: plain(descriptorPairOut),
  pipe2: plain(descriptorPairOut, descriptorFlags),
  dup3: plain(descriptor, descriptor, descriptorFlags),
  stat,
  lstat: stat,
  newfstatat: plain(dirfd, path, statOut, at),
  statx: plain(
    dirfd,
    path,
    statxFlags((rest) => bits(rest, atBits)),
    flags(statxMask),
    statxOut,
  ),
  statfs: plain(path, statfsOut),
  fstatfs: plain(descriptor, statfsOut),
  getcwd: plain(cwdOut, ulong),
  readlink: plain(path, bufferOut, ulong),
  readlinkat: plain(dirfd, path, bufferOut, ulong),
  unlinkat: plain(dirfd, path, at),
  linkat: plain(dirfd, path, dirfd, path, at),
  renameat2: plain(dirfd, path, dirfd, path, flags(renameBits)),
  fchownat: plain(dirfd, path, uid, uid, at),
  utimensat: plain(dirfd, path, fileTimes, at),
  utimes: plain(path, fileTimevals),
  futimesat: plain(dirfd, path, fileTimevals),
  utime: plain(path, utimbuf),
  getdents: plain(descriptor, direntsOut, uint),
  getdents64: plain(descriptor, direntsOut, uint),
  fadvise64: plain(descriptor, long, long, choice(fadviseValues)),
  fallocate: plain(descriptor, flags(fallocateBits), long, long),
  sync_file_range: plain(descriptor, long, long, flags(syncRangeBits)),
  memfd_create: plain(string, flags(memfdBits)),
  mount: plain(
    path,
    path,
    string,
    atEntry((call, i) => bits(Number(BigInt.asUintN(32, call.arg(i))), mountBits)),
    string,
  ),
  umount2: plain(path, flags(umountBits)),
  setxattr,
  lsetxattr: setxattr,
  fsetxattr: plain(descriptor, string, bufferIn, ulong, flags(xattrBits)),
  getxattr,
  lgetxattr: getxattr,
  fgetxattr: plain(descriptor, string, attributeOut, ulong),
  listxattr,
  llistxattr: listxattr,
  flistxattr: plain(descriptor, attributeOut, ulong),
};
