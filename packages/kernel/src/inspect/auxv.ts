import { Auxv } from '@ring3/abi';

/** How the value of an entry of the auxiliary vector is written. */
type Notation = 'hex' | 'decimal' | 'text' | 'bytes';

/** Entries of the auxiliary vector: name, what the value is, notation. getauxval(3); include/uapi/linux/auxvec.h. */
export const auxvEntries: Readonly<Record<number, readonly [name: string, meaning: string, notation: Notation]>> = {
  [Auxv.Null]: ['AT_NULL', 'the end', 'hex'],
  [Auxv.Ignore]: ['AT_IGNORE', 'nothing', 'hex'],
  [Auxv.ExecFd]: ['AT_EXECFD', 'descriptor of the program, for its interpreter', 'decimal'],
  [Auxv.Phdr]: ['AT_PHDR', "the program's program headers", 'hex'],
  [Auxv.PhEnt]: ['AT_PHENT', 'bytes of one', 'decimal'],
  [Auxv.PhNum]: ['AT_PHNUM', 'how many', 'decimal'],
  [Auxv.PageSz]: ['AT_PAGESZ', 'bytes of a page', 'decimal'],
  [Auxv.Base]: ['AT_BASE', 'where the interpreter (ld.so) is loaded', 'hex'],
  [Auxv.Flags]: ['AT_FLAGS', 'flags', 'hex'],
  [Auxv.Entry]: ['AT_ENTRY', "the program's entry point", 'hex'],
  [Auxv.NotElf]: ['AT_NOTELF', 'the program is no ELF file', 'decimal'],
  [Auxv.Uid]: ['AT_UID', 'real user', 'decimal'],
  [Auxv.EUid]: ['AT_EUID', 'effective user', 'decimal'],
  [Auxv.Gid]: ['AT_GID', 'real group', 'decimal'],
  [Auxv.EGid]: ['AT_EGID', 'effective group', 'decimal'],
  [Auxv.Platform]: ['AT_PLATFORM', 'processor', 'text'],
  [Auxv.HwCap]: ['AT_HWCAP', 'CPUID leaf 1, edx', 'hex'],
  [Auxv.ClkTck]: ['AT_CLKTCK', 'ticks per second of times(2)', 'decimal'],
  [Auxv.Secure]: ['AT_SECURE', 'does it run with rights of others (set-uid and the like)?', 'decimal'],
  [Auxv.BasePlatform]: ['AT_BASE_PLATFORM', 'processor that is emulated', 'text'],
  [Auxv.Random]: ['AT_RANDOM', '16 random bytes', 'bytes'],
  [Auxv.HwCap2]: ['AT_HWCAP2', 'more of the processor', 'hex'],
  [Auxv.ExecFn]: ['AT_EXECFN', 'file name given to execve', 'text'],
  [Auxv.SysInfo]: ['AT_SYSINFO', 'entry for system calls', 'hex'],
  [Auxv.SysInfoEhdr]: ['AT_SYSINFO_EHDR', 'the vdso', 'hex'],
};
