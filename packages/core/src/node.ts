let compiled: WebAssembly.Module | undefined;

/**
 * The core's module from this package's dist folder, compiled once per process. Node only; it takes node:fs at run time, so
 * that a page's bundle may contain this file.
 */
export function loadCoreModule(): WebAssembly.Module {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../dist/core.wasm', import.meta.url)));
  return compiled;
}
