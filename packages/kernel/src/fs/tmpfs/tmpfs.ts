import { registerFilesystem } from '../../vfs/filesystems.js';
import { parseTmpfsOptions } from './mount-options.js';
import { createTmpfs } from './tmpfs-super.js';

export { createTmpfs, type TmpfsOptions, TmpfsSuper } from './tmpfs-super.js';

registerFilesystem('tmpfs', (k, source, data) => createTmpfs(k, { ...parseTmpfsOptions(data), source: source || 'none' }));
