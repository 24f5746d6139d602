import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const core = join(dirname(fileURLToPath(import.meta.url)), '../../core');

/**
 * Compiles the core's decoder alone, with the given generated files in place of those on disk.
 * @param {ReadonlyMap<string, string>} files path below packages/core/assembly → content
 * @returns {Promise<Uint8Array<ArrayBuffer>>} the wasm module; imports env.memory, exports decode
 */
export async function compileDecoder(files) {
  let binary;
  const { error, stderr } = await main(
    [
      'assembly/test/decode.ts',
      '-o',
      'decode.wasm',
      '-O2',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--memoryBase',
      '262144',
      '--use',
      'abort=',
    ],
    {
      readFile(name, base) {
        const path = resolve(base === '.' ? core : join(core, base), name);
        const generated = files.get(relative(join(core, 'assembly'), path));
        if (generated !== undefined) return generated;
        try {
          return readFileSync(path, 'utf8');
        } catch {
          return null;
        }
      },
      writeFile(name, contents) {
        if (name.endsWith('.wasm')) binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`asc: ${error.message}\n${stderr.toString()}`);
  return binary;
}
