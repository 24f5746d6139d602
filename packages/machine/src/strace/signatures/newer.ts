import { type Signature, plain } from '../call.js';
import { cloneBits } from '../names/processes.js';
import { accessAtBits, accessBits } from '../names/files.js';
import { dirfd, flags, hexInt, int, path, pointer, string, uint, ulong } from '../print/basic.js';
import { descriptor } from '../print/file.js';
import { siginfo, signal } from '../print/signal.js';

/**
 * Calls that came after 5.4, which programs ask for and are refused: name by number (arch/x86/entry/syscalls/syscall_64.tbl of 6.1).
 */
export const newerCalls: ReadonlyMap<number, string> = new Map([
  [436, 'close_range'],
  [437, 'openat2'],
  [438, 'pidfd_getfd'],
  [439, 'faccessat2'],
  [440, 'process_madvise'],
  [441, 'epoll_pwait2'],
  [442, 'mount_setattr'],
  [443, 'quotactl_fd'],
  [444, 'landlock_create_ruleset'],
  [445, 'landlock_add_rule'],
  [446, 'landlock_restrict_self'],
  [447, 'memfd_secret'],
  [448, 'process_mrelease'],
  [449, 'futex_waitv'],
  [450, 'set_mempolicy_home_node'],
]);

/** Calls that this kernel may not have and that are shown all the same, by name. */
export const otherSignatures: Readonly<Record<string, Signature>> = {
  close_range: plain(uint, uint, hexInt),
  openat2: plain(dirfd, path, pointer, ulong),
  pidfd_getfd: plain(descriptor, descriptor, hexInt),
  faccessat2: plain(dirfd, path, flags(accessBits), flags(accessAtBits)),
  pidfd_open: plain(int, hexInt),
  pidfd_send_signal: plain(descriptor, signal, siginfo, hexInt),
  unshare: plain(flags(cloneBits)),
  setns: plain(descriptor, flags(cloneBits)),
  swapoff: plain(path),
  pivot_root: plain(path, path),
  acct: plain(path),
  iopl: plain(int),
  ioperm: plain(pointer, ulong, int),
  sethostname: plain(string, ulong),
  setdomainname: plain(string, ulong),
  shmdt: plain(pointer),
  shmat: plain(int, pointer, hexInt),
  vhangup: plain(),
};
