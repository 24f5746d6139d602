import { BinprmFlag, Limit, O } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EEXIST, ENAMETOOLONG, ENOENT, ENOEXEC } from '../../errno.js';
import { registerState } from '../../state.js';
import { closeFd, fdInstall, fput } from '../../vfs/file-table.js';
import { allowWriteAccess, denyWriteAccess } from '../../vfs/inode-life.js';
import { openExec, openPath } from '../../vfs/open.js';
import type { File } from '../../vfs/file.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { KernelArgs, copyStrings, removeArgZero } from '../arguments.js';
import { LinuxBinfmt } from '../binfmt.js';
import type { LinuxBinprm } from '../bprm.js';
import { closeExec, releaseExecFile } from '../exec-file.js';
import { kernelRead } from '../kernel-read.js';
import { wouldDump } from '../new-exec.js';
import { prepareBinprm, searchBinaryHandler } from '../search.js';
import { execTraced, stage } from '../stage.js';
import { MiscFlag, type MiscEntry } from './misc-entry.js';

/** Files whose interpreters were registered through /proc/sys/fs/binfmt_misc: fs/binfmt_misc.c. */
export class BinfmtMisc extends LinuxBinfmt {
  /** `status`: are the entries looked at? */
  enabled = true;
  /** The newest first. */
  entries: MiscEntry[] = [];
  /** The one instance of its file system; null until it is mounted. */
  superBlock: SuperBlock | null = null;

  constructor() {
    super('misc');
  }

  /** Starts over with the entry's interpreter, whose argv[1] is the file's name. Linux: load_misc_binary. */
  loadBinary(k: Kernel, bprm: LinuxBinprm): void {
    bprm.at = 'load_misc_binary';
    const entry = this.enabled ? this.entries.find((each) => each.matches(bprm.buf, bprm.interp)) : undefined;
    if (execTraced(k)) {
      const { name = null, interpreter = null } = entry ?? {};
      const { enabled, entries } = this;
      stage(k, 'load_misc_binary', { enabled, entries: entries.length, entry: name, interpreter, file: bprm.interp });
    }
    if (!entry) throw ENOEXEC;
    if (bprm.interpFlags & BinprmFlag.PathInaccessible) throw ENOENT;

    if (!(entry.flags & MiscFlag.PreserveArgv0)) removeArgZero(k, bprm);
    let fd = -1;
    if (entry.flags & MiscFlag.OpenBinary) fd = openForInterpreter(k, bprm);
    else releaseExecFile(k, bprm);
    try {
      copyStrings(k, bprm, 'script', 1, new KernelArgs([bprm.interp]));
      bprm.argc++;
      copyStrings(k, bprm, 'interpreter', 1, new KernelArgs([entry.interpreter]));
      bprm.argc++;
      bprm.interp = entry.interpreter;
      bprm.at = 'open_exec';
      if (execTraced(k)) stage(k, 'open_exec', { interpreter: entry.interpreter, offset: null, size: null });
      bprm.file = openInterpreter(k, entry);
      bprm.at = 'prepare_binprm';
      if (entry.flags & MiscFlag.Credentials) {
        bprm.buf.fill(0);
        kernelRead(k, bprm.file, bprm.buf, 0);
      } else {
        prepareBinprm(k, bprm);
      }
      searchBinaryHandler(k, bprm);
    } catch (error) {
      if (fd > 0) closeFd(k, fd);
      bprm.interpFlags = 0;
      throw error;
    }
  }

  /** @throws EEXIST @throws ENAMETOOLONG @throws what opening a flag-F interpreter throws */
  add(k: Kernel, entry: MiscEntry): void {
    if (entry.name.length > Limit.NAME_MAX) throw ENAMETOOLONG;
    if (this.entries.some(({ name }) => name === entry.name)) throw EEXIST;
    if (entry.flags & MiscFlag.OpenFile) entry.interpreterFile = openExec(k, entry.interpreter);
    this.entries.unshift(entry);
  }

  /** Linux: kill_node */
  remove(k: Kernel, entry: MiscEntry): void {
    const index = this.entries.indexOf(entry);
    if (index < 0) return;
    this.entries.splice(index, 1);
    if (entry.interpreterFile) closeExec(k, entry.interpreterFile);
    entry.interpreterFile = null;
  }
}
registerState('BinfmtMisc', BinfmtMisc);

/** The file stays open under a descriptor, which AT_EXECFD names. @throws EMFILE */
function openForInterpreter(k: Kernel, bprm: LinuxBinprm): number {
  const { file } = bprm;
  if (!file) throw new Error('a format was tried without a file');
  const fd = fdInstall(k, file, false);
  bprm.file = null;
  wouldDump(k, bprm, file);
  allowWriteAccess(file.inode);
  bprm.interpFlags |= BinprmFlag.ExecFd;
  bprm.interpData = fd;
  return fd;
}

function openInterpreter(k: Kernel, entry: MiscEntry): File {
  const path = entry.interpreterFile?.path;
  if (!path) return openExec(k, entry.interpreter);
  const file = openPath(k, path, O.RDONLY | O.LARGEFILE, 0);
  try {
    denyWriteAccess(file.inode);
  } catch (error) {
    fput(k, file);
    throw error;
  }
  return file;
}
