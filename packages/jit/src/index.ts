export { Jit, type JitExports, type JitStats } from './jit.js';
