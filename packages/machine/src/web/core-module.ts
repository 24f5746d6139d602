import { MachineError } from '../engine/options.js';

let compiling: Promise<WebAssembly.Module> | null = null;

/** The core, fetched and compiled once for all machines of a page. @throws MachineError fetch-failed */
export function coreModule(url: URL = new URL('./core.wasm', import.meta.url)): Promise<WebAssembly.Module> {
  compiling ??= compile(url).catch((error: unknown) => {
    // The next machine may have more luck.
    compiling = null;
    throw new MachineError('fetch-failed', `${url.href}: ${error instanceof Error ? error.message : String(error)}`);
  });
  return compiling;
}

async function compile(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  // Some servers do not know the type of .wasm files, which compileStreaming insists on.
  return WebAssembly.compile(await response.arrayBuffer());
}
