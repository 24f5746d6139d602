import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { fput } from '../vfs/file-table.js';
import { allowWriteAccess } from '../vfs/inode-life.js';
import type { LinuxBinprm } from './bprm.js';

/** Ends what open_exec began: others may write to the file again. Linux: allow_write_access and fput. */
export function closeExec(k: Kernel, file: File): void {
  allowWriteAccess(file.inode);
  fput(k, file);
}

export function releaseExecFile(k: Kernel, bprm: LinuxBinprm): void {
  if (!bprm.file) return;
  closeExec(k, bprm.file);
  bprm.file = null;
}
