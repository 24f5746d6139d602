import type { FieldKinds } from './field-kinds.js';

/** A siginfo (signal-fields.ts); addr and value in two halves of 32 bits. */
const siginfo = {
  sig: 'int',
  errno: 'int',
  code: 'int',
  pid: 'int?',
  uid: 'int?',
  status: 'int?',
  utime: 'int?',
  stime: 'int?',
  addr: 'int?',
  addr_high: 'int?',
  value: 'int?',
  value_high: 'int?',
  timerid: 'int?',
  overrun: 'int?',
  band: 'int?',
  fd: 'int?',
} as const satisfies FieldKinds;

/** System calls, signals, scheduling, and the life of tasks. */
export const taskEvents = {
  'syscalls:sys_enter': {
    nr: 'int',
    name: 'text?',
    a0: 'address',
    a1: 'address',
    a2: 'address',
    a3: 'address',
    a4: 'address',
    a5: 'address',
  },
  'syscalls:sys_exit': { nr: 'int', ret: 'int' },
  /**
   * target: a tid. grp: for the whole process. res: 0 delivered, 1 ignored, 2 already pending, 3 overflow, 4 lost info. blocked: the
   * target's mask holds it back.
   */
  'signal:signal_generate': { ...siginfo, comm: 'text', target: 'int', grp: 'bool', res: 'int', blocked: 'bool' },
  'signal:signal_deliver': { ...siginfo, sa_handler: 'address', sa_flags: 'bits' },
  /** stack: 'current' or 'alternate'. bytes: from the frame to the end of the FXSAVE image above it. The registers are what sigreturn restores. */
  'signal:setup_rt_frame': {
    sig: 'int',
    frame: 'address',
    fpstate: 'address',
    bytes: 'int',
    restorer: 'address',
    stack: 'text',
    uc_flags: 'bits',
    rip: 'address',
    rsp: 'address',
    rax: 'bits',
    rax_high: 'bits',
    eflags: 'bits',
    trapno: 'int',
    err: 'bits',
    cr2: 'int',
    cr2_high: 'int',
    mask: 'bits',
    mask_high: 'bits',
  },
  'signal:rt_sigreturn': {
    frame: 'address',
    rip: 'address',
    rsp: 'address',
    rax: 'bits',
    rax_high: 'bits',
    eflags: 'bits',
    mask: 'bits',
    mask_high: 'bits',
  },
  /** kind: 'ERESTARTSYS' …; again: the call that will run, null for EINTR; sig: whose handler runs first, null for none. */
  'signal:restart': { nr: 'int', kind: 'text', again: 'int?', sig: 'int?' },
  /** action: 'ignore', 'stop', 'terminate', 'core', or 'bad_frame' where no frame could be built. target: a tid. */
  'signal:default_action': { sig: 'int', action: 'text', target: 'int' },
  /** A stopped process goes on. target: its tgid. */
  'signal:group_continue': { target: 'int' },
  'signal:group_stop': { sig: 'int' },
  /** prev_state: 'R', or a number of TaskState. */
  'sched:sched_switch': {
    prev_comm: 'text',
    prev_pid: 'int',
    prev_prio: 'int',
    prev_state: 'text',
    next_comm: 'text',
    next_pid: 'int',
    next_prio: 'int',
  },
  'sched:sched_process_fork': { parent_comm: 'text', parent_pid: 'int', child_comm: 'text', child_pid: 'int' },
  /** code: a wait status. */
  'sched:sched_process_exit': { comm: 'text', exiting: 'int', prio: 'int', code: 'int', group_dead: 'bool' },
  'task:task_newtask': { child: 'int', comm: 'text', clone_flags: 'bits', oom_score_adj: 'int' },
  /** A program started from outside. argv: each argument with a NUL behind it. */
  'task:spawn': { file: 'text', argv: 'text', envc: 'int' },
} as const satisfies Record<`${'syscalls' | 'signal' | 'sched' | 'task'}:${string}`, FieldKinds>;
