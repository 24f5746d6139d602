export { Jit, type CoreForJit } from './jit.js';
export { stepped } from './translate.js';
