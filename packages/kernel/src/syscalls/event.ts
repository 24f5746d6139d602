import type { SyscallRow } from './row.js';

export const eventSyscalls: readonly SyscallRow[] = [];
