import type { FieldKinds } from './field-kinds.js';

/**
 * The stages of execve in the order in which a program that needs an interpreter passes them; named after the Linux function that does
 * it, or (pt_gnu_stack, load_bias, elf_entry, auxv_entry, program_header) after the step of load_elf_binary or create_elf_tables.
 * A stage that calls others comes before them; one without others when it is done.
 */
export const execEvents = {
  'exec:sys_execve': { filename: 'address?', argv: 'address?', envp: 'address?', dirfd: 'int', flags: 'bits' },
  'exec:getname': { path: 'text', from_user: 'bool' },
  'exec:do_execve': { path: 'text', dirfd: 'int', flags: 'bits' },
  'exec:__do_execve_file': { nproc_exceeded: 'bool', processes: 'int', limit: 'int' },
  'exec:unshare_files': { shared_by: 'int' },
  'exec:prepare_bprm_creds': { uid: 'int', euid: 'int', gid: 'int', egid: 'int' },
  'exec:check_unsafe_exec': { unsafe: 'bits', no_new_privs: 'bool', fs_shared: 'bool' },
  'exec:do_open_execat': { path: 'text', ino: 'int', mode: 'bits', uid: 'int', gid: 'int', size: 'int' },
  'exec:bprm_mm_init': { stack_start: 'address', stack_end: 'address', p: 'address', stack_limit: 'int' },
  'exec:prepare_arg_pages': { argc: 'int', envc: 'int', limit: 'int', argmin: 'address' },
  /** head: up to 64 of the bytes read, in hexadecimal. */
  'exec:prepare_binprm': { interp: 'text', bytes: 'int', head: 'text', euid: 'int', egid: 'int', set_id: 'bool' },
  /** what: 'filename', 'envp', 'argv'; in place of argv[0] also 'script', 'argument', 'interpreter'. */
  'exec:copy_strings': { what: 'text', count: 'int', bytes: 'int', p: 'address', stack_start: 'address', stack_end: 'address' },
  'exec:exec_binprm': { interp: 'text', formats: 'text' },
  'exec:search_binary_handler': { format: 'text', depth: 'int', interp: 'text' },
  /** A format has answered. errno: null when it took the file. next: is another one tried? */
  'exec:load_binary': { format: 'text', depth: 'int', errno: 'text?', next: 'bool' },
  'exec:load_script': { magic: 'bool', script: 'text', interpreter: 'text?', argument: 'text?' },
  'exec:load_misc_binary': { enabled: 'bool', entries: 'int', entry: 'text?', interpreter: 'text?', file: 'text' },
  /** refused: 'magic', 'type', 'machine' or 'mmap', the first check that failed. */
  'exec:load_elf_binary': { magic: 'bool', type: 'int', machine: 'int', entry: 'address', phnum: 'int', phoff: 'int', refused: 'text?' },
  /** of: 'program' or 'interpreter'. refused: 'phentsize', 'phnum', 'size' or 'read'. */
  'exec:load_elf_phdrs': { of: 'text', phoff: 'int', phentsize: 'int', phnum: 'int', refused: 'text?' },
  'exec:program_header': {
    of: 'text',
    index: 'int',
    type: 'int',
    flags: 'bits',
    offset: 'int',
    vaddr: 'address',
    filesz: 'int',
    memsz: 'int',
  },
  /** offset and size: of the name in PT_INTERP; null where a format itself names the file. */
  'exec:open_exec': { interpreter: 'text', offset: 'int?', size: 'int?' },
  /** refused: 'magic' or 'machine'. */
  'exec:check_interpreter': { magic: 'bool', type: 'int', machine: 'int', phnum: 'int', refused: 'text?' },
  'exec:pt_gnu_stack': { present: 'bool', executable: 'bool', read_implies_exec: 'bool' },
  'exec:flush_old_exec': { threads: 'int' },
  'exec:de_thread': { killed: 'int', new_leader: 'bool' },
  /** The point of no return. old_*: the address space that is given up, null for a task that had none. */
  'exec:exec_mmap': { old_vmas: 'int?', old_pages: 'int?', old_users: 'int?', vfork: 'bool', stack_start: 'address', stack_end: 'address' },
  'exec:flush_thread': { personality: 'bits' },
  'exec:do_close_on_exec': { closed: 'int' },
  'exec:setup_new_exec': { comm: 'text', secureexec: 'bool', dumpable: 'int' },
  'exec:arch_pick_mmap_layout': { mmap_base: 'address', task_size: 'address', legacy: 'bool', randomize: 'bool' },
  'exec:flush_signal_handlers': { reset: 'int', ignored: 'int' },
  'exec:install_exec_creds': { uid: 'int', euid: 'int', gid: 'int', egid: 'int', changed: 'bool' },
  'exec:setup_arg_pages': { start: 'address', end: 'address', shift: 'int', executable: 'bool' },
  'exec:total_mapping_size': { of: 'text', total_size: 'int' },
  /** flags: p_flags. address: where it is; errno: why it is not. */
  'exec:elf_map': {
    vaddr: 'address',
    offset: 'int',
    filesz: 'int',
    memsz: 'int',
    flags: 'bits',
    fixed: 'bool',
    total_size: 'int',
    address: 'address?',
    size: 'int',
    errno: 'text?',
  },
  /** type: e_type. base: what the file's own addresses are moved by. */
  'exec:load_bias': { type: 'int', interpreted: 'bool', base: 'address', load_addr: 'address' },
  'exec:set_brk': { bss: 'address', end: 'address', mapped: 'int', brk: 'address' },
  'exec:padzero': { start: 'address', bytes: 'int' },
  'exec:load_elf_interp': { interpreter: 'text', type: 'int', anywhere: 'bool' },
  'exec:elf_entry': { entry: 'address', program_entry: 'address', interpreter_base: 'address?' },
  'exec:arch_setup_additional_pages': { vvar: 'address', vdso: 'address', end: 'address' },
  'exec:create_elf_tables': { argc: 'int', envc: 'int', rsp: 'address', auxv: 'address', random: 'address', platform: 'address' },
  /** type: AT_*. */
  'exec:auxv_entry': { type: 'int', value: 'address' },
  'exec:mm_layout': {
    start_code: 'address',
    end_code: 'address',
    start_data: 'address',
    end_data: 'address',
    start_brk: 'address',
    start_stack: 'address',
  },
  'exec:finalize_exec': { stack_cur: 'int', stack_max: 'int' },
  'exec:start_thread': { rip: 'address', rsp: 'address' },
  'exec:force_sigsegv': { format: 'text' },
  /** ret: 0 or −errno. refused_by: the Linux function that failed. committed: was it past the point of no return? */
  'exec:execve_return': { ret: 'int', errno: 'text?', refused_by: 'text?', committed: 'bool' },
  'exec:do_coredump': { signo: 'int', name: 'text', threads: 'int' },
  'exec:elf_core_dump': { segments: 'int', notes: 'int', data: 'int' },
} as const satisfies Record<`exec:${string}`, FieldKinds>;
