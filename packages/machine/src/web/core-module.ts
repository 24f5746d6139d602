import { MachineError } from '../engine/options.js';
import { fetchCore } from './fetch-core.js';

let compiling: Promise<WebAssembly.Module> | null = null;

/**
 * The core, fetched and compiled once for all machines of a page.
 * @throws MachineError fetch-failed; bad-option: the page's policy forbids WebAssembly
 */
export function coreModule(): Promise<WebAssembly.Module> {
  compiling ??= compile().catch((error: unknown) => {
    // The next machine may have more luck.
    compiling = null;
    throw error;
  });
  return compiling;
}

async function compile(): Promise<WebAssembly.Module> {
  let bytes: ArrayBuffer;
  try {
    bytes = await fetchCore();
  } catch (error) {
    throw new MachineError('fetch-failed', `the core: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    // Not compileStreaming, which insists on a content type that some servers do not know.
    return await WebAssembly.compile(bytes);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // V8's words, and those of the others.
    if (/Content.Security.Policy|unsafe-eval|blocked by CSP/i.test(message))
      throw new MachineError(
        'bad-option',
        `the page's Content-Security-Policy forbids WebAssembly: its script-src needs 'wasm-unsafe-eval'`,
      );
    throw new MachineError('fetch-failed', `the core is damaged: ${message}`);
  }
}
