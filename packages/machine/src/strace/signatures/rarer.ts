import { type Call, type Signature, type Slot, inOrder, plain } from '../call.js';
import { table } from '../flags.js';
import { atBits } from '../names/files.js';
import { messageBits } from '../names/sockets.js';
import {
  bufferIn,
  choice,
  dirfd,
  flags,
  hexInt,
  hexNumber,
  int,
  intOut,
  mode,
  path,
  pointer,
  string,
  uint,
  ulong,
} from '../print/basic.js';
import { descriptor, openFlags } from '../print/file.js';
import {
  actionIn,
  clock,
  device,
  handleIn,
  handleOut,
  handleSizeIn,
  ioPriority,
  ioPriorityText,
  ipcFlags,
  ipcKey,
  keyring,
  messagesReceived,
  messagesSent,
  schedAttrIn,
  schedAttrOut,
  swapFlags,
  timexNote,
  timexOut,
  tmsOut,
} from '../print/rarer.js';
import { leftText, timespec, timespecText } from '../print/time.js';
import { unsigned32 } from '../text.js';

const ioWho = choice(table('IOPRIO_WHO_???', [1, 'IOPRIO_WHO_PROCESS'], [2, 'IOPRIO_WHO_PGRP'], [3, 'IOPRIO_WHO_USER']));

const kcmpTypes = table(
  'KCMP_???',
  [0, 'KCMP_FILE'],
  [1, 'KCMP_VM'],
  [2, 'KCMP_FILES'],
  [3, 'KCMP_FS'],
  [4, 'KCMP_SIGHAND'],
  [5, 'KCMP_IO'],
  [6, 'KCMP_SYSVSEM'],
  [7, 'KCMP_EPOLL_TFD'],
);
const KcmpFile = 0;
const KcmpEpollTarget = 7;
const kcmpHead = inOrder(int, int, choice(kcmpTypes));

function kcmpSlots(call: Call): readonly Slot[] {
  switch (unsigned32(call.arg(2))) {
    case KcmpFile:
      return [...kcmpHead, { printer: uint, index: 3 }, { printer: uint, index: 4 }];
    case KcmpEpollTarget:
      return [...kcmpHead, { printer: uint, index: 3 }, { printer: pointer, index: 4 }];
    default:
      return kcmpHead;
  }
}

const policies = table('MPOL_???', [0, 'MPOL_DEFAULT'], [1, 'MPOL_PREFERRED'], [2, 'MPOL_BIND'], [3, 'MPOL_INTERLEAVE'], [4, 'MPOL_LOCAL']);

const seccompOperations = table(
  'SECCOMP_SET_MODE_???',
  [0, 'SECCOMP_SET_MODE_STRICT'],
  [1, 'SECCOMP_SET_MODE_FILTER'],
  [2, 'SECCOMP_GET_ACTION_AVAIL'],
  [3, 'SECCOMP_GET_NOTIF_SIZES'],
);
const seccompBits = table('SECCOMP_FILTER_FLAG_???', [1, 'SECCOMP_FILTER_FLAG_TSYNC'], [2, 'SECCOMP_FILTER_FLAG_LOG']);
const userfaultBits = table('UFFD_???', [0o4000, 'O_NONBLOCK'], [0o2000000, 'O_CLOEXEC'], [1, 'UFFD_USER_MODE_ONLY']);
const configCommands = table(
  'FSCONFIG_???',
  [0, 'FSCONFIG_SET_FLAG'],
  [1, 'FSCONFIG_SET_STRING'],
  [2, 'FSCONFIG_SET_BINARY'],
  [3, 'FSCONFIG_SET_PATH'],
  [4, 'FSCONFIG_SET_PATH_EMPTY'],
  [5, 'FSCONFIG_SET_FD'],
  [6, 'FSCONFIG_CMD_CREATE'],
  [7, 'FSCONFIG_CMD_RECONFIGURE'],
);
const moveBits = table(
  'MOVE_MOUNT_???',
  [1, 'MOVE_MOUNT_F_SYMLINKS'],
  [2, 'MOVE_MOUNT_F_AUTOMOUNTS'],
  [4, 'MOVE_MOUNT_F_EMPTY_PATH'],
  [0x10, 'MOVE_MOUNT_T_SYMLINKS'],
  [0x20, 'MOVE_MOUNT_T_AUTOMOUNTS'],
  [0x40, 'MOVE_MOUNT_T_EMPTY_PATH'],
);
const treeBits = table('OPEN_TREE_???', [1, 'OPEN_TREE_CLONE'], [0o2000000, 'OPEN_TREE_CLOEXEC']);
const deleteBits = table('O_???', [0o4000, 'O_NONBLOCK'], [0o1000, 'O_TRUNC']);

const noteOf = (parts: readonly string[]): string | null => (parts.length === 0 ? null : `(${parts.join(', ')})`);

/** Calls that few programs make; those that this kernel does not have are shown as strace shows them all the same. */
export const rarerSignatures: Readonly<Record<string, Signature>> = {
  times: plain(tmsOut),
  sched_getattr: plain(int, schedAttrOut, uint, uint),
  sched_setattr: plain(int, schedAttrIn, uint),
  ioprio_get: { ...plain(ioWho, int), note: (call) => (call.failed ? null : `(${ioPriorityText(Number(call.result))})`) },
  ioprio_set: plain(ioWho, int, ioPriority),
  kcmp: { slots: kcmpSlots },
  ustat: plain(device, pointer),
  sysfs: plain(hexInt, hexNumber, hexNumber),
  adjtimex: { ...plain(timexOut), note: timexNote },
  clock_adjtime: { ...plain(clock, timexOut), note: timexNote },
  name_to_handle_at: {
    slots: () => [
      { printer: dirfd, index: 0 },
      { printer: path, index: 1 },
      { printer: handleSizeIn, index: 2 },
      { printer: handleOut, index: 2, glue: '' },
      { printer: intOut, index: 3 },
      { printer: flags(atBits), index: 4 },
    ],
  },
  open_by_handle_at: plain(descriptor, handleIn, openFlags),
  sendmmsg: plain(descriptor, messagesSent, uint, flags(messageBits)),
  recvmmsg: {
    ...plain(descriptor, messagesReceived, uint, flags(messageBits), timespec),
    note: (call) => (call.failed ? null : noteOf(leftText(call, call.arg(4), (view) => timespecText(view)))),
  },
  userfaultfd: plain(flags(userfaultBits)),
  seccomp: {
    slots: (call) =>
      unsigned32(call.arg(0)) === 2
        ? inOrder(choice(seccompOperations), hexInt, actionIn)
        : inOrder(choice(seccompOperations), unsigned32(call.arg(0)) === 1 ? flags(seccompBits) : hexInt, pointer),
  },
  swapon: plain(path, swapFlags),
  get_mempolicy: plain(pointer, pointer, ulong, pointer, hexNumber),
  set_mempolicy: plain(choice(policies), pointer, ulong),
  mbind: plain(pointer, ulong, choice(policies), pointer, ulong, hexNumber),
  migrate_pages: plain(int, ulong, pointer, pointer),
  move_pages: plain(int, ulong, pointer, pointer, pointer, hexInt),
  shmget: plain(ipcKey, ulong, ipcFlags),
  semget: plain(ipcKey, int, ipcFlags),
  msgget: plain(ipcKey, ipcFlags),
  mq_open: {
    slots: (call) => (unsigned32(call.arg(1)) & 0o100 ? inOrder(path, openFlags, mode, pointer) : inOrder(path, openFlags)),
  },
  mq_unlink: plain(path),
  io_setup: plain(uint, pointer),
  io_destroy: plain(pointer),
  bpf: plain(choice(table('BPF_???', [0, 'BPF_MAP_CREATE'], [5, 'BPF_PROG_LOAD'])), pointer, uint),
  perf_event_open: plain(pointer, int, int, int, hexNumber),
  io_uring_setup: plain(uint, pointer),
  add_key: plain(string, string, bufferIn, ulong, keyring),
  request_key: plain(string, string, pointer, keyring),
  quotactl: plain(hexInt, path, uint, pointer),
  init_module: plain(pointer, ulong, string),
  finit_module: plain(descriptor, string, hexInt),
  delete_module: plain(string, flags(deleteBits)),
  uselib: plain(path),
  modify_ldt: plain(int, pointer, ulong),
  lookup_dcookie: plain(ulong, pointer, ulong),
  fsopen: plain(string, flags(table('FSOPEN_???', [1, 'FSOPEN_CLOEXEC']))),
  fspick: plain(dirfd, path, hexInt),
  open_tree: plain(dirfd, path, flags(treeBits)),
  move_mount: plain(dirfd, path, dirfd, path, flags(moveBits)),
  fsmount: plain(descriptor, hexInt, hexInt),
  fsconfig: plain(descriptor, choice(configCommands), string, pointer, int),
};
