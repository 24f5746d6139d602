import { registerFilesystem } from '../../vfs/filesystems.js';
import { parseTmpfsOptions } from './mount-options.js';
import { createTmpfs, defaultTmpfsLimits } from './tmpfs-super.js';

export { createTmpfs, defaultTmpfsLimits, type TmpfsOptions, TmpfsSuper } from './tmpfs-super.js';

registerFilesystem('tmpfs', (k, source, data) =>
  createTmpfs(k, { ...defaultTmpfsLimits(k), ...parseTmpfsOptions(data), source: source || 'none' }),
);
