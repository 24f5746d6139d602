import './mount-options.js';

export { createTmpfs, type TmpfsOptions, TmpfsSuper } from './tmpfs-super.js';
