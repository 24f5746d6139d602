import type { ExecEventName } from '@ring3/kernel';
import type { Sentences } from './catalogue.js';
import { auxvName, elfTypeName, machineName, segmentName } from './elf-names.js';
import { dump, hex, octal, protLetters, range, segmentLetters, size } from './words.js';

const count = (n: number, noun: string, plural = `${noun}s`): string => `${n} ${n === 1 ? noun : plural}`;

const headerRefusals: Readonly<Record<string, string>> = {
  magic: 'the file does not begin with 7f 45 4c 46: it is no ELF file (ENOEXEC)',
  type: 'this type can be neither executed nor mapped as a program: a relocatable object must be linked first, a core file is data (ENOEXEC)',
  machine: 'it is for another processor (ENOEXEC)',
  mmap: 'its file system cannot map files (ENOEXEC)',
};

const tableRefusals: Readonly<Record<string, string>> = {
  phentsize: 'refused: entries must be 56 bytes',
  phnum: 'refused: there are none',
  size: 'refused: the table is larger than a page',
  read: 'refused: the file ends before the table does',
};

/** What a script or a registered interpreter puts in the place of argv[0]. */
const newArguments: Readonly<Record<string, string>> = {
  script: 'the file’s name',
  argument: 'the interpreter’s argument',
  interpreter: 'the interpreter’s name',
};

export const englishExec: Pick<Sentences, ExecEventName> = {
  'exec:sys_execve': ({ filename, argv, envp, dirfd, flags }) =>
    `The system call: file name at ${hex(filename ?? 0)}, argv at ${hex(argv ?? 0)}, envp at ${hex(envp ?? 0)}` +
    (dirfd === -100 && flags === 0 ? '.' : `, relative to descriptor ${dirfd}, flags ${hex(flags)} (execveat).`),
  'exec:getname': ({ path, from_user }) =>
    from_user
      ? `Copied the file name "${path}" from user memory: ${count(path.length + 1, 'byte')} with its NUL, at most 4096 (PATH_MAX).`
      : `The machine itself starts the program: the name "${path}" is the kernel's own (getname_kernel).`,
  'exec:do_execve': ({ path }) => `Wraps argv and envp, which stay where they are for now, and goes on with "${path}".`,
  'exec:__do_execve_file': ({ nproc_exceeded, processes, limit }) =>
    nproc_exceeded
      ? `An earlier set*uid went over RLIMIT_NPROC (PF_NPROC_EXCEEDED): ${count(processes, 'process', 'processes')} of ${limit} ` +
        `allowed, ${processes > limit ? 'still too many: EAGAIN' : 'by now below the limit, so the flag is cleared'}.`
      : 'No set*uid has gone over RLIMIT_NPROC (PF_NPROC_EXCEEDED is clear): not counted again.',
  'exec:unshare_files': ({ shared_by }) =>
    shared_by > 1
      ? `The descriptor table is shared by ${shared_by}: the new program gets a copy; should exec fail, the old one comes back.`
      : 'The descriptor table is nobody else’s: it stays.',
  'exec:prepare_bprm_creds': ({ uid, euid, gid, egid }) =>
    `Copied the credentials for the program to be: uid ${uid}, euid ${euid}, gid ${gid}, egid ${egid}. Nothing is committed yet.`,
  'exec:check_unsafe_exec': ({ unsafe, no_new_privs, fs_shared }) => {
    if (unsafe === 0) return 'Nothing makes a set-uid program unsafe here: not traced, fs_struct not shared, no_new_privs clear.';
    const reasons = [no_new_privs ? 'no_new_privs is set' : '', fs_shared ? 'the fs_struct is shared with another process' : ''];
    return `Set-uid bits will not count in full (unsafe ${hex(unsafe)}): ${reasons.filter(Boolean).join(', ') || 'it is being traced'}.`;
  },
  'exec:do_open_execat': (f) =>
    `Opened ${f.path} for execution: inode ${f.ino}, mode ${octal(f.mode)}, owner ${f.uid}:${f.gid}, ${count(f.size, 'byte')}. It is a ` +
    'regular file with x permission, not on a noexec mount; from now on nobody may open it for writing (ETXTBSY).',
  'exec:bprm_mm_init': ({ stack_start, stack_end, p, stack_limit }) =>
    `A new, empty address space with one page of stack at its very top, ${range(stack_start, stack_end)}; strings go below ` +
    `${hex(p)}. The stack limit that holds for this exec: ${size(stack_limit)}.`,
  'exec:prepare_arg_pages': ({ argc, envc, limit, argmin }) =>
    `Counted ${count(argc, 'argument')} and ${count(envc, 'environment string')}. They may take ${size(limit)} with their pointers ` +
    `(a quarter of the stack limit, 128 KiB to 6 MiB): not below ${hex(argmin)}, or E2BIG.`,
  'exec:prepare_binprm': ({ bytes, head, euid, egid, set_id, interp }) =>
    `Read the first ${count(bytes, 'byte')} of ${interp}: ${dump(head, 16)}. ` +
    (set_id ? `Set-id bits: the program will run with euid ${euid}, egid ${egid}.` : 'No set-id change.'),
  'exec:copy_strings': ({ what, count: n, bytes, p }) =>
    newArguments[what] !== undefined
      ? `Put ${newArguments[what]} before the arguments: ${count(bytes, 'byte')}, at ${hex(p)}.`
      : what === 'filename'
        ? `Copied the file name to the new stack: ${count(bytes, 'byte')}, at ${hex(p)} (AT_EXECFN will point at it).`
        : `Copied ${count(n, what === 'envp' ? 'environment string' : 'argument')} to the new stack, the last one first: ` +
          `${count(bytes, 'byte')}, down to ${hex(p)}.`,
  'exec:exec_binprm': ({ interp, formats }) =>
    `Looks for a format that takes ${interp}; registered are: ${formats}. (Older kernels’ struct linux_binfmt had a member hasvdso too.)`,
  'exec:search_binary_handler': ({ format, depth, interp }) =>
    `Asks format “${format}” about ${interp}${depth === 0 ? '' : `, ${count(depth, 'interpreter')} deep (5 at most)`}.`,
  'exec:load_binary': ({ format, errno, next }) => {
    if (errno === null) return `Format “${format}” has loaded the program.`;
    if (errno === 'ENOEXEC') return `“${format}”: ENOEXEC, not mine; ${next ? 'the next format is tried.' : 'no other format is left.'}`;
    return `“${format}”: ${errno}; that ends the search.`;
  },
  'exec:load_script': ({ magic, script, interpreter, argument }) => {
    if (!magic) return 'The file does not begin with “#!”.';
    if (interpreter === null) return `${script} begins with “#!”, but its first line names no whole interpreter.`;
    const with_ = argument === null ? 'without an argument' : `with the one argument “${argument}”`;
    return `${script} is a script for ${interpreter}, ${with_}: argv becomes interpreter, argument, script, and what followed argv[0].`;
  },
  'exec:load_misc_binary': ({ enabled, entries, entry, interpreter, file }) => {
    if (!enabled) return 'binfmt_misc is switched off (/proc/sys/fs/binfmt_misc/status).';
    if (entry === null)
      return `None of its ${count(entries, 'registered entry', 'registered entries')} matches the file’s bytes or extension.`;
    return `Entry “${entry}” matches: ${interpreter} is to run ${file}.`;
  },
  'exec:load_elf_binary': ({ type, machine, entry, phnum, phoff, refused }) => {
    if (refused === 'magic') return `Looked for the ELF magic: ${headerRefusals['magic']}.`;
    const is = `ELF header: type ${elfTypeName(type)}, machine ${machineName(machine)}, entry ${hex(entry)}, ${count(phnum, 'program header')} at ${hex(phoff)}`;
    return refused === null
      ? `${is}. Magic, type, machine and mmap are all that 5.4 checks: not the class, nor the byte order.`
      : `${is}; ${headerRefusals[refused] ?? refused}.`;
  },
  'exec:load_elf_phdrs': ({ of, phoff, phentsize, phnum, refused }) =>
    `Program headers of the ${of}: ${phnum} of ${phentsize} bytes at ${hex(phoff)}` +
    (refused === null ? '.' : `; ${tableRefusals[refused] ?? refused}.`),
  'exec:program_header': (f) =>
    `${segmentName(f.type).padEnd(12)} ${segmentLetters(f.flags)}  offset ${hex(f.offset).padEnd(8)} vaddr ${hex(f.vaddr).padEnd(10)} ` +
    `filesz ${hex(f.filesz).padEnd(8)} memsz ${hex(f.memsz)}`,
  'exec:open_exec': ({ interpreter, offset, size: bytes }) =>
    offset === null
      ? `Opens ${interpreter}, which runs in the file’s place.`
      : `PT_INTERP names the program interpreter: ${count(bytes ?? 0, 'byte')} at offset ${hex(offset)} read “${interpreter}”; it is opened, and its ` +
        'ELF header read. (Older kernels had a kernel_read of another signature here, and read it into bprm->buf.)',
  'exec:check_interpreter': ({ type, machine, phnum, refused }) =>
    refused === 'magic'
      ? 'The interpreter is no ELF file: ELIBBAD.'
      : `The interpreter is ${elfTypeName(type)} for ${machineName(machine)} with ${count(phnum, 'program header')}` +
        (refused === null ? '.' : ': of another machine, ELIBBAD.'),
  'exec:pt_gnu_stack': ({ present, executable, read_implies_exec }) => {
    if (!present)
      return 'There is no PT_GNU_STACK: an old program. Its stack is executable, and READ_IMPLIES_EXEC makes all that can be read executable.';
    if (!executable) return 'PT_GNU_STACK without x: the stack will not be executable.';
    return `PT_GNU_STACK asks for an executable stack${read_implies_exec ? ', and 5.4 then sets READ_IMPLIES_EXEC as well' : ''}.`;
  },
  'exec:flush_old_exec': ({ threads }) =>
    `The old program ends here: its ${count(threads, 'thread')}, its memory, its close-on-exec descriptors.`,
  'exec:de_thread': ({ killed, new_leader }) =>
    (killed === 0 ? 'The caller is the only thread of its group.' : `Killed the ${count(killed, 'other thread')}.`) +
    (new_leader ? ' The caller was not the leader: it takes the leader’s pid and place.' : ''),
  'exec:exec_mmap': ({ old_vmas, old_pages, old_users, vfork }) =>
    'The new address space becomes the task’s' +
    (old_vmas === null
      ? '; there was none before.'
      : `; the old one (${count(old_vmas, 'mapping')}, ${count(old_pages ?? 0, 'page')}) ` +
        ((old_users ?? 1) > 1 ? 'lives on with its other users.' : 'is torn down.')) +
    (vfork ? ' A parent that waits in vfork goes on.' : ''),
  'exec:flush_thread': ({ personality }) =>
    `Debug registers, TLS entries and the FPU state go back to their initial values; personality is now ${hex(personality)}.`,
  'exec:do_close_on_exec': ({ closed }) =>
    closed === 0 ? 'No descriptor is marked close-on-exec.' : `Closed ${count(closed, 'descriptor')} marked close-on-exec.`,
  'exec:setup_new_exec': ({ comm, secureexec, dumpable }) =>
    `The task is called “${comm}” from now on; AT_SECURE will be ${secureexec ? 1 : 0}; dumpable ${dumpable}. The alternate signal stack is forgotten.`,
  'exec:arch_pick_mmap_layout': ({ mmap_base, task_size, legacy, randomize }) =>
    `User space ends at ${hex(task_size)}; mappings are placed ${legacy ? 'upwards' : 'downwards'} from ${hex(mmap_base)}` +
    ` (RLIMIT_STACK and a gap below the stack${randomize ? ', randomized' : '; nothing is random'}).`,
  'exec:flush_signal_handlers': ({ reset, ignored }) =>
    `${count(reset, 'caught signal')} back to default; ${count(ignored, 'ignored one')} ${ignored === 1 ? 'stays' : 'stay'} ignored.`,
  'exec:install_exec_creds': ({ uid, euid, gid, egid, changed }) =>
    `Committed the credentials: uid ${uid}, euid ${euid}, gid ${gid}, egid ${egid}${changed ? ', which lowers dumpable' : ', as before'}. ` +
    '(Older kernels did this after the segments were mapped.)',
  'exec:setup_arg_pages': ({ start, end, shift, executable }) =>
    `${shift === 0 ? 'The stack stays at this layout’s top' : `Moved the stack down by ${size(shift)} to this layout’s top`}, ` +
    `${executable ? 'executable' : 'not executable'}, and grows by 128 KiB: ${range(start, end)}.`,
  'exec:total_mapping_size': ({ of, total_size }) =>
    total_size === 0
      ? `The ${of} has no PT_LOAD: EINVAL.`
      : `From the first PT_LOAD’s page to the last one’s end the ${of} spans ${hex(total_size)}: the first elf_map claims it all, so that the rest finds room.`,
  'exec:elf_map': (f) => {
    const what = `Segment ${protLetters((f.flags & 4 ? 1 : 0) | (f.flags & 2) | (f.flags & 1 ? 4 : 0))}: file ${hex(f.offset)}+${hex(f.filesz)}, vaddr ${hex(f.vaddr)}, ${hex(f.memsz)} in memory`;
    if (f.address === null) return `${what}: ${f.errno ?? 'refused'}.`;
    if (f.size === 0) return `${what}: nothing of it is in the file, it is all bss.`;
    const how = f.fixed ? 'MAP_FIXED' : 'where mmap finds room';
    return `${what} → ${range(f.address, f.address + f.size)}, ${how}${f.total_size > 0 ? `, ${hex(f.total_size)} claimed and the rest given back` : ''}.`;
  },
  'exec:load_bias': ({ type, interpreted, base, load_addr }) =>
    elfTypeName(type) === 'ET_EXEC'
      ? `ET_EXEC: addresses are those of the file (load_bias 0); offset 0 of the file is at ${hex(load_addr)}.`
      : `ET_DYN ${interpreted ? 'with an interpreter: it goes to ELF_ET_DYN_BASE' : 'without an interpreter (a static PIE, or ld.so itself): mmap has chosen'}` +
        `; load_bias is ${hex(base)}, offset 0 of the file is at ${hex(load_addr)}.`,
  'exec:set_brk': ({ bss, end, mapped, brk }) =>
    `bss from ${hex(bss)} to ${hex(end)}: ` +
    (mapped === 0 ? 'it ends in the page where the file’s bytes end, nothing to map' : `${size(mapped)} of zero pages mapped`) +
    `; the heap will start at ${hex(brk)}. (Before 4.10 set_brk had no protection argument.)`,
  'exec:padzero': ({ start, bytes }) =>
    `Cleared ${count(bytes, 'byte')} from ${hex(start)} to the end of the page: bytes of the file lie there that are bss.`,
  'exec:load_elf_interp': ({ interpreter, type, anywhere }) =>
    `Maps ${interpreter} (${elfTypeName(type)}) ${anywhere ? 'wherever mmap finds room' : 'at its own addresses, if they are free'}.`,
  'exec:elf_entry': ({ entry, program_entry, interpreter_base }) =>
    interpreter_base === null
      ? `No interpreter: the first instruction is the program’s entry, ${hex(entry)}.`
      : `The interpreter lies at ${hex(interpreter_base)} (AT_BASE) and runs first, at ${hex(entry)}; it will go on to ${hex(program_entry)} (AT_ENTRY).`,
  'exec:arch_setup_additional_pages': ({ vvar, vdso, end }) =>
    `Mapped [vvar] at ${hex(vvar)} and [vdso] at ${range(vdso, end)}: the kernel’s clock data, and the code that reads it without a system ` +
    'call. (Older kernels had no [vvar].)',
  'exec:create_elf_tables': ({ argc, envc, rsp, auxv, random, platform }) =>
    `Laid out the stack’s top: argc ${argc} at ${hex(rsp)}, pointers to ${count(argc, 'argument')} and ${count(envc, 'environment string')}, ` +
    `the auxiliary vector at ${hex(auxv)}, 16 random bytes at ${hex(random)}, “x86_64” at ${hex(platform)}.`,
  'exec:auxv_entry': ({ type, value }) => `${auxvName(type).padEnd(16)} ${hex(value)}`,
  'exec:mm_layout': (f) =>
    `Code ${range(f.start_code, f.end_code)}, data ${range(f.start_data, f.end_data)}, heap from ${hex(f.start_brk)}, stack pointer ${hex(f.start_stack)}: what /proc/PID/stat shows.`,
  'exec:finalize_exec': ({ stack_cur, stack_max }) =>
    `RLIMIT_STACK is stored back as it was when exec began: ${size(stack_cur)} of ${size(stack_max)}.`,
  'exec:start_thread': ({ rip, rsp }) =>
    `All registers are zero but rip ${hex(rip)} and rsp ${hex(rsp)}: the program runs when the task returns to user mode.`,
  'exec:force_sigsegv': ({ format }) =>
    `“${format}” failed past the point of no return: there is no program left to tell, SIGSEGV ends the task.`,
  'exec:execve_return': ({ errno, refused_by, committed }) => {
    if (errno === null) return 'execve has succeeded; it returns to the new program.';
    return committed
      ? `${errno} of ${refused_by ?? '?'}, which nobody can see any more.`
      : `${errno}: refused by ${refused_by ?? '?'}; the caller goes on as it was.`;
  },
  'exec:do_coredump': ({ signo, name, threads }) => `Writes a core file for signal ${signo} of ${count(threads, 'thread')} to ${name}.`,
  'exec:elf_core_dump': ({ segments, notes, data }) =>
    `${count(segments, 'segment')}, ${count(notes, 'byte')} of notes, memory from file offset ${hex(data)} on.`,
};
