import { Cpu, S, Sys } from '@ring3/abi';
import { EpollFile } from '../../ipc/epoll/epoll-file.js';
import { EventFdFile } from '../../ipc/eventfd.js';
import { SignalFdFile } from '../../ipc/signalfd.js';
import { TimerFdFile } from '../../ipc/timerfd.js';
import type { Kernel } from '../../kernel.js';
import { SocketFile } from '../../net/socket-file.js';
import { taskCpu } from '../../task/regs.js';
import { TaskState, type Task } from '../../task/task.js';
import type { File } from '../../vfs/file.js';

/**
 * Where a task sleeps: the function of Linux 5.4 that its wait stands for here, and the system call above it. Each row is an operation
 * (BlockedOp.kind), or where several calls share one, the kind of file.
 */
const BY_OPERATION: ReadonlyMap<string, string> = new Map([
  ['epoll', 'ep_poll'],
  ['futex', 'futex_wait_queue_me'],
  ['lock', 'locks_lock_inode_wait'],
  ['nanosleep', 'hrtimer_nanosleep'],
  ['open', 'fifo_open'],
  ['page', '__lock_page_killable'],
  ['pause', '__x64_sys_pause'],
  ['poll', 'poll_schedule_timeout'],
  ['sigsuspend', 'sigsuspend'],
  ['sigtimedwait', 'do_sigtimedwait'],
  ['syslog', 'do_syslog'],
  ['vfork', '_do_fork'],
  ['wait', 'do_wait'],
]);

/** A read or write of a file, or a call on a socket, that waits. */
function functionOfFile(file: File | null | undefined, nr: number): string {
  if (file instanceof SocketFile) return nr === Sys.connect ? 'unix_stream_connect' : '__skb_wait_for_more_packets';
  if (file instanceof EventFdFile) return nr === Sys.write ? 'eventfd_write' : 'eventfd_read';
  if (file instanceof SignalFdFile) return 'signalfd_read';
  if (file instanceof TimerFdFile) return 'timerfd_read';
  if (file instanceof EpollFile) return 'ep_poll';
  if (file && (file.inode.mode & S.IFMT) === S.IFIFO) return 'pipe_wait';
  return 'wait_woken';
}

/** get_wchan: '' while it runs, or cannot be told. */
export function sleepingIn(k: Kernel, task: Task): string {
  switch (task.state) {
    case TaskState.Stopped:
      return 'do_signal_stop';
    case TaskState.Traced:
      return 'ptrace_stop';
    case TaskState.Interruptible:
    case TaskState.Uninterruptible:
      break;
    default:
      return '';
  }
  const { op } = task;
  if (!op) return '';
  const named = BY_OPERATION.get(op.kind);
  if (op.kind === 'page' && op['sleep']) return 'handle_userfault';
  if (named) return named;
  const fd = taskCpu(k, task).getInt32(Cpu.Rdi, true);
  return functionOfFile(task.files?.fds[fd], task.origRax);
}

const ARGUMENTS = [Cpu.Rdi, Cpu.Rsi, Cpu.Rdx, Cpu.R10, Cpu.R8, Cpu.R9] as const;

/** lib/syscall.c: task_current_syscall; fs/proc/base.c: proc_pid_syscall. */
export function syscallText(k: Kernel, task: Task): string {
  if (task.state === TaskState.Running && task !== k.current) return 'running\n';
  if (task.state === TaskState.Zombie || task.state === TaskState.Dead) return 'running\n';
  const cpu = taskCpu(k, task);
  const hex = (offset: number): string => `0x${cpu.getBigUint64(offset, true).toString(16)}`;
  const place = `${hex(Cpu.Rsp)} ${hex(Cpu.Rip)}\n`;
  if (task.origRax < 0) return `-1 ${place}`;
  return `${task.origRax} ${ARGUMENTS.map(hex).join(' ')} ${place}`;
}
