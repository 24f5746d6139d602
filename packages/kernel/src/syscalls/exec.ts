import { At, Sys } from '@ring3/abi';
import { execveFromUser } from '../exec/exec.js';
import type { SyscallRow } from './row.js';

/** execve(2), execveat(2), uselib(2). */
export const execSyscalls: readonly SyscallRow[] = [
  {
    nr: Sys.execve,
    name: 'execve',
    args: ['path', 'argv', 'envp'],
    call: (k, path, argv, envp) => execveFromUser(k, At.FDCWD, path, argv, envp, 0),
    done: 'full',
  },
  {
    nr: Sys.execveat,
    name: 'execveat',
    args: ['dirfd', 'path', 'argv', 'envp', 'flags:AT_'],
    call: (k, dirfd, path, argv, envp, flags) => execveFromUser(k, dirfd, path, argv, envp, flags),
    done: 'full',
  },
  { nr: Sys.uselib, name: 'uselib', args: ['path'], call: null, done: 'has no 64-bit entry in 5.4' },
];
