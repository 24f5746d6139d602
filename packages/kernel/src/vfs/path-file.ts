import { registerState } from '../state.js';
import { File } from './file.js';

/** open(O_PATH): a place in the tree that can be named but not read. Linux: empty_fops. */
export class PathFile extends File {}
registerState('PathFile', PathFile);
