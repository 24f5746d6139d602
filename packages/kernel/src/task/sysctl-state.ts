import { registerState } from '../state.js';

/** Values under /proc/sys that Linux keeps for cases that do not come up here (16-bit ids, ids of other namespaces): told as set. */
export class SysctlState {
  overflowUid = 65534;
  overflowGid = 65534;
  fsOverflowUid = 65534;
  fsOverflowGid = 65534;
}
registerState('SysctlState', SysctlState);
