export type { Core, CoreImports, CoreOptions, LinearMemory } from './core.js';
export { createCore } from './loader.js';
export { loadCoreModule } from './node.js';
