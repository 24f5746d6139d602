import { readFileSync } from 'node:fs';

/** The core's module from this package's dist folder, compiled once per process (Node only). */
export function loadCoreModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../dist/core.wasm', import.meta.url)));
  return compiled;
}

let compiled: WebAssembly.Module | undefined;
