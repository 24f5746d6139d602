import type { File } from '../vfs/file.js';
import { registerState } from '../state.js';

/** files_struct: the descriptor table, shared by CLONE_FILES. Verbs are in vfs/file-table.ts. */
export class FilesStruct {
  users = 1;
  readonly fds: (File | null)[] = [];
  readonly closeOnExec = new Set<number>();
}
registerState('FilesStruct', FilesStruct);
