import { registerState } from '../state.js';
import { NR_OPEN } from './limits.js';

/** Values under /proc/sys that no part of the kernel has a place of its own for. */
export class SysctlState {
  /** Most descriptors that RLIMIT_NOFILE can be set to, and bytes that F_SETPIPE_SZ gives without CAP_SYS_RESOURCE. */
  nrOpen = NR_OPEN;
  pipeMaxSize = 1 << 20;
  /** What only matters with swap, 16-bit ids or other namespaces, none of which is here: told as it was set. */
  swappiness = 60;
  pageCluster = 3;
  overflowUid = 65534;
  overflowGid = 65534;
  fsOverflowUid = 65534;
  fsOverflowGid = 65534;
}
registerState('SysctlState', SysctlState);
