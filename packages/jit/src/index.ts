export { Jit, type JitExports, type JitStats, type LiveCode } from './jit.js';
export type { InsnMark, JitObserver, TranslatedModule, TranslatedRegion } from './observer.js';
export type { Insn, RegionSource } from './region.js';
export { importNames, localName } from './translate/local-names.js';
