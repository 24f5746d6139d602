export { openLazyFolder as openFolder } from '../service/lazy-folder.js';
