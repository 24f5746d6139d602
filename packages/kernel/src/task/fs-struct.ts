import type { Path } from '../vfs/path.js';
import { registerState } from '../state.js';

/** fs_struct: root, working directory and umask, shared by CLONE_FS. */
export class FsStruct {
  users = 1;
  umask = 0o022;
  constructor(
    public root: Path,
    public pwd: Path,
  ) {}
}
registerState('FsStruct', FsStruct);
