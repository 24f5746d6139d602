import { Ms } from '@ring3/abi';
import type { File } from '../vfs/file.js';

/** fs/exec.c: path_noexec. Does the file lie on a mount whose files may not be executed? */
export function isNoExec(file: File): boolean {
  return file.path !== null && (file.path.mount.flags & Ms.NOEXEC) !== 0;
}
