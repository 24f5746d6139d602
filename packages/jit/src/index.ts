export { Jit, type JitExports, type JitStats, type LiveCode } from './jit.js';
