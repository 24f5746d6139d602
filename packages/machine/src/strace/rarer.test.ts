import { ErrorNumber, Sys } from '@ring3/abi';
import { expect, test } from 'vitest';
import { FakeMemory, render } from './testing.js';

/** Each line is what strace 6.1 prints on Linux for the same call. */
const memory = new FakeMemory();
const name = memory.string('x');
const schedAttr = memory.ints(48, 1, 0, 0, -5, 7, 0, 0, 0, 0, 0, 0);
const handle = memory.ints(4, 1, 0x13);
const iovec = memory.words(memory.string('abcdef'), 9);
const messages = memory.words(0, 0, iovec, 1, 0, 0, 0, 3);
const action = memory.ints(0x7fff0000);
const now = memory.words(0, 999_994_610);

const cases: [nr: number, args: (number | bigint)[], result: number, line: string][] = [
  [Sys.times, [memory.words(1, 2, 3, 4)], 9, 'times({tms_utime=1, tms_stime=2, tms_cutime=3, tms_cstime=4}) = 9'],
  [
    Sys.sched_getattr,
    [0, schedAttr, 48, 0],
    0,
    'sched_getattr(0, {size=48, sched_policy=SCHED_FIFO, sched_flags=0, sched_nice=-5, sched_priority=7, sched_runtime=0, sched_deadline=0, sched_period=0}, 48, 0) = 0',
  ],
  [Sys.ioprio_get, [1, 0], 16389, 'ioprio_get(IOPRIO_WHO_PROCESS, 0) = 16389 (IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 5))'],
  [Sys.ioprio_get, [9, 0], -ErrorNumber.EINVAL, 'ioprio_get(0x9 /* IOPRIO_WHO_??? */, 0) = -1 EINVAL (Invalid argument)'],
  [Sys.ioprio_set, [1, 0, 24576], 0, 'ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0)) = 0'],
  [Sys.kcmp, [7, 7, 0, 1, 2], 2, 'kcmp(7, 7, KCMP_FILE, 1, 2) = 2'],
  [Sys.kcmp, [7, 7, 2, 0, 0], 0, 'kcmp(7, 7, KCMP_FILES) = 0'],
  [
    Sys.open_by_handle_at,
    [-1, handle, 0],
    -ErrorNumber.EBADF,
    'open_by_handle_at(-1, {handle_bytes=4, handle_type=1, f_handle="\\x13\\x00\\x00\\x00"}, O_RDONLY) = -1 EBADF (Bad file descriptor)',
  ],
  [Sys.flistxattr, [3, 0x5000_0000, 0], 0, 'flistxattr(3, 0x50000000, 0) = 0'],
  [Sys.set_mempolicy, [0, 0, 0], -ErrorNumber.ENOSYS, 'set_mempolicy(MPOL_DEFAULT, NULL, 0) = -1 ENOSYS (Function not implemented)'],
  [Sys.shmget, [0x77, 4096, 0o3600], 47, 'shmget(0x77, 4096, IPC_CREAT|IPC_EXCL|0600) = 47'],
  [Sys.msgget, [0, 0o600], 0, 'msgget(IPC_PRIVATE, 0600) = 0'],
  [Sys.mq_open, [name, 0o102, 0o600, 0], 4, 'mq_open("x", O_RDWR|O_CREAT, 0600, NULL) = 4'],
  [Sys.add_key, [name, name, name, 1, -3], 5, 'add_key("x", "x", "x", 1, KEY_SPEC_SESSION_KEYRING) = 5'],
  [Sys.seccomp, [2, 0, action], 0, 'seccomp(SECCOMP_GET_ACTION_AVAIL, 0, [SECCOMP_RET_ALLOW]) = 0'],
  [Sys.userfaultfd, [0o2004000], 8, 'userfaultfd(O_NONBLOCK|O_CLOEXEC) = 8'],
  [Sys.swapon, [name, 0x8001], -ErrorNumber.ENOENT, 'swapon("x", SWAP_FLAG_PREFER|1) = -1 ENOENT (No such file or directory)'],
  [
    Sys.recvmmsg,
    [7, messages, 1, 0x10040, now],
    1,
    'recvmmsg(7, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="abc", iov_len=9}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=3}], 1, MSG_DONTWAIT|MSG_WAITFORONE, {tv_sec=0, tv_nsec=999994610}) = 1 (left {tv_sec=0, tv_nsec=999994610})',
  ],
  [
    Sys.move_mount,
    [-1, name, -1, name, 4],
    -ErrorNumber.ENOENT,
    'move_mount(-1, "x", -1, "x", MOVE_MOUNT_F_EMPTY_PATH) = -1 ENOENT (No such file or directory)',
  ],
];

test.each(cases)('%#: call %d', (nr, args, result, line) => {
  expect(render(memory, nr, args, result)).toBe(line);
});
