import { signalText } from '../../strace/names/signals.js';
import type { Catalogue } from './catalogue.js';
import { englishExec } from './english-exec.js';
import { hex, protLetters, range, size } from './words.js';

const faultKinds: Readonly<Record<string, string>> = {
  anon_zero: 'the shared page of zeros is mapped read-only',
  anon: 'a fresh page of zeros',
  file_map: 'the page of the page cache is mapped',
  file_cow: 'a private copy of the file’s page',
  shared_write: 'the shared page becomes writable and dirty',
  cow_copy: 'copy-on-write: a copy of the page',
  cow_reuse: 'copy-on-write, and nobody else has the page: it is made writable',
  special: 'a page of the kernel’s own',
  spurious: 'the page was there already',
  userfault: 'the reader of a userfaultfd is asked for it',
  none: 'nothing more was needed',
};

const faultEnds: Readonly<Record<string, string>> = {
  sigsegv: 'no mapping allows it: SIGSEGV',
  sigbus: 'the mapping has no such page: SIGBUS',
  oom: 'there is no memory left',
};

function faultText(kind: string | null): string {
  if (kind === null) return 'resolved';
  const [first = '', ...rest] = kind.split('+');
  if (first === 'stack_growth') return `the stack grows${rest.length > 0 ? `; ${faultText(rest.join('+'))}` : ''}`;
  return faultKinds[first] ?? first;
}

const outcomes = ['delivered', 'ignored', 'already pending', 'queue overflow', 'queued without its information'];

const defaultActions: Readonly<Record<string, string>> = {
  ignore: 'its default is to be ignored',
  stop: 'its default is to stop the process',
  terminate: 'its default ends the process',
  core: 'its default ends the process with a core dump',
  bad_frame: 'its frame cannot be written, SIGSEGV comes instead',
};

function exitText(code: number): string {
  return (code & 0x7f) === 0 ? `status ${(code >> 8) & 0xff}` : `${signalText(code & 0x7f)}${code & 0x80 ? ', core dumped' : ''}`;
}

export const english: Catalogue = {
  language: 'en',
  labels: {
    pointOfNoReturn: 'the point of no return: the old program is gone, a failure from here on is a signal, not an error',
    started: (path) => `${path} is loaded.`,
    refused: (path, errno, by) => `${path} was refused: ${errno}, by ${by}. The caller goes on as it was.`,
    refusedAfterCommit: (path, errno, by) => `${path} failed past the point of no return: ${errno}, by ${by}. SIGSEGV ends the task.`,
    unfinished: (path) => `the execve of ${path} is not finished.`,
  },
  sentences: {
    ...englishExec,
    'mm:mmap': ({ start, end, prot, file, pgoff }) =>
      `Mapped ${range(start, end)} ${protLetters(prot)}, ${file === null ? 'anonymous memory' : `${file} from ${hex(pgoff * 4096)}`}.`,
    'mm:munmap': ({ start, end }) => `Unmapped ${range(start, end)}.`,
    'mm:mprotect': ({ start, end, prot }) => `${range(start, end)} is ${protLetters(prot)} now.`,
    'mm:brk': ({ start_brk, brk }) => `The heap reaches from ${hex(start_brk)} to ${hex(brk)}.`,
    'mm:vm_brk_flags': ({ start, end, exec }) => `Zero pages at ${range(start, end)}${exec ? ', executable' : ''}.`,
    'mm:mremap': ({ old_start, old_end, start, end }) => `The mapping ${range(old_start, old_end)} is ${range(start, end)} now.`,
    'mm:expand_stack': ({ address, old_start, start }) =>
      `An access to ${hex(address)} makes the stack grow down from ${hex(old_start)} to ${hex(start)}.`,
    'mm:exit_mmap': ({ vmas, pages, rss }) => `An address space goes: ${vmas} mappings, ${pages} pages, ${rss} of them in memory.`,
    'mm:handle_mm_fault': ({ address, write, exec, result, kind, pages }) =>
      `${write ? 'Write to' : exec ? 'Fetch from' : 'Read of'} ${hex(address)}: ${faultEnds[result] ?? `${faultText(kind)} (${result}, ${pages} mapped)`}.`,
    'exceptions:page_fault_user': ({ address, ip, error_code }) =>
      `Page fault at ${hex(address)} by the instruction at ${hex(ip)}, error code ${hex(error_code)}.`,
    'syscalls:sys_enter': ({ nr, name }) => `Calls ${name ?? `system call ${nr}`}.`,
    'syscalls:sys_exit': ({ nr, ret }) => `System call ${nr} returns ${ret}.`,
    'signal:signal_generate': ({ sig, comm, target, grp, res }) =>
      `${signalText(sig)} for ${grp ? 'the process of ' : ''}${comm} (${target}): ${outcomes[res] ?? res}.`,
    'signal:signal_deliver': ({ sig, sa_handler }) =>
      `${signalText(sig)} is delivered: ${sa_handler === 0 ? 'its default action' : sa_handler === 1 ? 'ignored' : `to the handler at ${hex(sa_handler)}`}.`,
    'signal:setup_rt_frame': ({ sig, frame, bytes, stack, rip, rsp }) =>
      `A frame of ${size(bytes)} for ${signalText(sig)} at ${hex(frame)} on the ${stack} stack; sigreturn will go back to ${hex(rip)} with rsp ${hex(rsp)}.`,
    'signal:rt_sigreturn': ({ frame, rip, rsp }) =>
      `The handler returns: the frame at ${hex(frame)} restores rip ${hex(rip)} and rsp ${hex(rsp)}.`,
    'signal:restart': ({ nr, kind, again, sig }) =>
      `System call ${nr} was interrupted (${kind}${sig === null ? '' : `, ${signalText(sig)}`}): ` +
      (again === null ? 'it returns EINTR.' : again === nr ? 'it runs again.' : `call ${again} goes on with it.`),
    'signal:default_action': ({ sig, action }) => `${signalText(sig)}: ${defaultActions[action] ?? action}.`,
    'signal:group_continue': ({ target }) => `SIGCONT lets the stopped process ${target} go on.`,
    'signal:group_stop': ({ sig }) => `The process stops on ${signalText(sig)}.`,
    'sched:sched_switch': ({ prev_comm, prev_pid, next_comm, next_pid }) =>
      `The processor goes from ${prev_comm} (${prev_pid}) to ${next_comm} (${next_pid}).`,
    'sched:sched_process_fork': ({ parent_comm, parent_pid, child_comm, child_pid }) =>
      `${parent_comm} (${parent_pid}) has a child: ${child_comm} (${child_pid}).`,
    'sched:sched_process_exit': ({ comm, exiting, code, group_dead }) =>
      `${comm} (${exiting}) ends: ${exitText(code)}${group_dead ? ', the last thread of its process' : ''}.`,
    'task:task_newtask': ({ child, comm, clone_flags }) => `New task ${child} (${comm}), clone flags ${hex(clone_flags)}.`,
    'task:spawn': ({ file, argv, envc }) => {
      const args = argv.split('\0').length - 1;
      return `The machine started ${file} with ${args} argument${args === 1 ? '' : 's'} and ${envc} environment strings (${size(argv.length)} of arguments).`;
    },
  },
};
