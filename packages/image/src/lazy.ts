export { openLazyImage } from './format/open.js';
export type { ImageSource } from './tree/node.js';
