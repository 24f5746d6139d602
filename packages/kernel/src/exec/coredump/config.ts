import { SuidDump } from '@ring3/abi';
import { registerState } from '../../state.js';

/** The sysctls of core dumps: kernel.core_pattern, kernel.core_uses_pid, fs.suid_dumpable. Linux: fs/coredump.c, fs/exec.c. */
export class CoredumpConfig {
  pattern = 'core';
  usesPid = 0;
  /** What mm.dumpable becomes where a change of identity makes a dump delicate. */
  suidDumpable: number = SuidDump.Disable;
}
registerState('CoredumpConfig', CoredumpConfig);

/** Longest core_pattern, without its NUL (CORENAME_MAX_SIZE). */
export const PATTERN_MAX = 127;
