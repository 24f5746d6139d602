import { EINVAL } from '../../errno.js';
import type { ProcSuperBlock } from './proc-inode.js';

/** Mount option hidepid: 1 keeps others out of a process's directory, 2 hides that it is there. */
export const enum HidePid {
  NoAccess = 1,
  Invisible = 2,
}

/** Options of mount -t proc -o: hidepid and gid. Linux: fs/proc/root.c: proc_parse_param. @throws EINVAL */
export function applyProcOptions(sb: ProcSuperBlock, data: string): void {
  for (const word of data.split(',').filter((w) => w !== '')) {
    const match = /^(hidepid|gid)=([0-9]+)$/.exec(word);
    if (!match) throw EINVAL;
    const value = Number(match[2]);
    if (match[1] === 'gid') sb.gid = value;
    else if (value > HidePid.Invisible) throw EINVAL;
    else sb.hidePid = value;
  }
}
