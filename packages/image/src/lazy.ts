export { isChunk } from './format/chunked-blob.js';
export { openLazyImage } from './format/lazy-image.js';
export type { ImageSource } from './tree/node.js';
