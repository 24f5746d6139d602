import type { TraceEventName } from '@ring3/kernel';

/** Where in Linux 5.4 an event happens. */
export interface EventSource {
  function: string;
  file: string;
  /** Stages of execve: the stages that may contain this one. */
  within?: readonly TraceEventName[];
  /** One of several records that belong to the stage before them: a line of a table. */
  detail?: true;
}

const exec = 'fs/exec.c';
const elf = 'fs/binfmt_elf.c';
const mmap = 'mm/mmap.c';

const main = ['exec:__do_execve_file'] as const;
/** A script or registered interpreter starts over with another file. */
const again = ['exec:__do_execve_file', 'exec:load_script', 'exec:load_misc_binary'] as const;
const search = ['exec:exec_binprm', 'exec:load_script', 'exec:load_misc_binary'] as const;
const format = ['exec:search_binary_handler'] as const;
const load = ['exec:load_elf_binary'] as const;
const opens = ['exec:load_elf_binary', 'exec:load_script', 'exec:load_misc_binary'] as const;
const image = ['exec:load_elf_interp', 'exec:load_elf_binary'] as const;
const flush = ['exec:flush_old_exec'] as const;
const setup = ['exec:setup_new_exec'] as const;

/** The same for every language: which function of which file it is, and what calls it. */
export const eventSources: Readonly<Record<TraceEventName, EventSource>> = {
  'exec:sys_execve': { function: 'execve', file: exec },
  'exec:getname': { function: 'getname', file: 'fs/namei.c', within: ['exec:sys_execve'] },
  'exec:do_execve': { function: 'do_execve', file: exec, within: ['exec:sys_execve'] },
  'exec:__do_execve_file': { function: '__do_execve_file', file: exec, within: ['exec:do_execve'] },
  'exec:unshare_files': { function: 'unshare_files', file: 'kernel/fork.c', within: main },
  'exec:prepare_bprm_creds': { function: 'prepare_bprm_creds', file: exec, within: main },
  'exec:check_unsafe_exec': { function: 'check_unsafe_exec', file: exec, within: main },
  'exec:do_open_execat': { function: 'do_open_execat', file: exec, within: main },
  'exec:bprm_mm_init': { function: 'bprm_mm_init', file: exec, within: main },
  'exec:prepare_arg_pages': { function: 'prepare_arg_pages', file: exec, within: main },
  'exec:prepare_binprm': { function: 'prepare_binprm', file: exec, within: again },
  'exec:copy_strings': { function: 'copy_strings', file: exec, within: again },
  'exec:exec_binprm': { function: 'exec_binprm', file: exec, within: main },
  'exec:search_binary_handler': { function: 'search_binary_handler', file: exec, within: search },
  'exec:load_binary': { function: 'load_binary returns', file: 'include/linux/binfmts.h', within: format },
  'exec:load_script': { function: 'load_script', file: 'fs/binfmt_script.c', within: format },
  'exec:load_misc_binary': { function: 'load_misc_binary', file: 'fs/binfmt_misc.c', within: format },
  'exec:load_elf_binary': { function: 'load_elf_binary', file: elf, within: format },
  'exec:load_elf_phdrs': { function: 'load_elf_phdrs', file: elf, within: load },
  'exec:program_header': { function: 'load_elf_phdrs', file: elf, within: ['exec:load_elf_phdrs'], detail: true },
  'exec:open_exec': { function: 'open_exec', file: exec, within: opens },
  'exec:check_interpreter': { function: 'load_elf_binary: interpreter', file: elf, within: load },
  'exec:pt_gnu_stack': { function: 'load_elf_binary: PT_GNU_STACK', file: elf, within: load },
  'exec:flush_old_exec': { function: 'flush_old_exec', file: exec, within: load },
  'exec:de_thread': { function: 'de_thread', file: exec, within: flush },
  'exec:exec_mmap': { function: 'exec_mmap', file: exec, within: flush },
  'exec:flush_thread': { function: 'flush_thread', file: 'arch/x86/kernel/process.c', within: flush },
  'exec:do_close_on_exec': { function: 'do_close_on_exec', file: 'fs/file.c', within: flush },
  'exec:setup_new_exec': { function: 'setup_new_exec', file: exec, within: load },
  'exec:arch_pick_mmap_layout': { function: 'arch_pick_mmap_layout', file: 'arch/x86/mm/mmap.c', within: setup },
  'exec:flush_signal_handlers': { function: 'flush_signal_handlers', file: 'kernel/signal.c', within: setup },
  'exec:install_exec_creds': { function: 'install_exec_creds', file: exec, within: load },
  'exec:setup_arg_pages': { function: 'setup_arg_pages', file: exec, within: load },
  'exec:total_mapping_size': { function: 'total_mapping_size', file: elf, within: image },
  'exec:elf_map': { function: 'elf_map', file: elf, within: image },
  'exec:load_bias': { function: 'load_elf_binary: load_bias', file: elf, within: load },
  'exec:set_brk': { function: 'set_brk', file: elf, within: load },
  'exec:padzero': { function: 'padzero', file: elf, within: image },
  'exec:load_elf_interp': { function: 'load_elf_interp', file: elf, within: load },
  'exec:elf_entry': { function: 'load_elf_binary: elf_entry', file: elf, within: load },
  'exec:arch_setup_additional_pages': { function: 'arch_setup_additional_pages', file: 'arch/x86/entry/vdso/vma.c', within: load },
  'exec:create_elf_tables': { function: 'create_elf_tables', file: elf, within: load },
  'exec:auxv_entry': { function: 'create_elf_tables', file: elf, within: ['exec:create_elf_tables'], detail: true },
  'exec:mm_layout': { function: 'load_elf_binary: mm_struct', file: elf, within: load },
  'exec:finalize_exec': { function: 'finalize_exec', file: exec, within: load },
  'exec:start_thread': { function: 'start_thread', file: 'arch/x86/kernel/process_64.c', within: load },
  'exec:force_sigsegv': { function: 'force_sigsegv', file: 'kernel/signal.c', within: search },
  'exec:execve_return': { function: 'execve returns', file: exec },
  'exec:do_coredump': { function: 'do_coredump', file: 'fs/coredump.c' },
  'exec:elf_core_dump': { function: 'elf_core_dump', file: elf, within: ['exec:do_coredump'] },
  'mm:mmap': { function: 'do_mmap', file: mmap },
  'mm:munmap': { function: '__do_munmap', file: mmap },
  'mm:mprotect': { function: 'do_mprotect_pkey', file: 'mm/mprotect.c' },
  'mm:brk': { function: 'brk', file: mmap },
  'mm:vm_brk_flags': { function: 'do_brk_flags', file: mmap },
  'mm:mremap': { function: 'mremap', file: 'mm/mremap.c' },
  'mm:expand_stack': { function: 'expand_downwards', file: mmap },
  'mm:exit_mmap': { function: 'exit_mmap', file: mmap },
  'mm:handle_mm_fault': { function: 'handle_mm_fault', file: 'mm/memory.c' },
  'exceptions:page_fault_user': { function: 'do_user_addr_fault', file: 'arch/x86/mm/fault.c' },
  'syscalls:sys_enter': { function: 'do_syscall_64', file: 'arch/x86/entry/common.c' },
  'syscalls:sys_exit': { function: 'syscall_slow_exit_work', file: 'arch/x86/entry/common.c' },
  'signal:signal_generate': { function: '__send_signal', file: 'kernel/signal.c' },
  'signal:signal_deliver': { function: 'get_signal', file: 'kernel/signal.c' },
  'signal:setup_rt_frame': { function: '__setup_rt_frame', file: 'arch/x86/kernel/signal.c' },
  'signal:rt_sigreturn': { function: 'rt_sigreturn', file: 'arch/x86/kernel/signal.c' },
  'signal:restart': { function: 'do_signal', file: 'arch/x86/kernel/signal.c' },
  'signal:default_action': { function: 'get_signal', file: 'kernel/signal.c' },
  'signal:group_continue': { function: 'prepare_signal', file: 'kernel/signal.c' },
  'signal:group_stop': { function: 'do_signal_stop', file: 'kernel/signal.c' },
  'sched:sched_switch': { function: '__schedule', file: 'kernel/sched/core.c' },
  'sched:sched_process_fork': { function: '_do_fork', file: 'kernel/fork.c' },
  'sched:sched_process_exit': { function: 'do_exit', file: 'kernel/exit.c' },
  'task:task_newtask': { function: 'copy_process', file: 'kernel/fork.c' },
  'task:spawn': { function: 'execve', file: exec },
};
