/**
 * The file core.cache: core.wasm with the machine code that V8's optimising compiler made of it, so that a process neither compiles the
 * core nor runs it in the baseline compiler's code first. tools/compile-ahead.mjs writes it. It holds for one version of Node, one kind of processor
 * and one set of V8 flags; whoever finds that it does not hold compiles core.wasm instead.
 *
 *   0   "ring3 v20.20.2 x64", filled with zeros
 *   64  u32 bytes of wasm, u32 bytes of code
 *   72  wasm
 *   …   code, as V8 serializes it
 */
const MADE_BY = 64;
const PREFIX = 72;

/** V8's own functions for it, which Node has under no other name. */
interface Natives {
  serialize(module: WebAssembly.Module): ArrayBuffer;
  /** Undefined: it was made by another V8, for another processor or with other flags. */
  deserialize(code: ArrayBuffer, wasm: Uint8Array): WebAssembly.Module | undefined;
}

/** @throws SyntaxError this V8 does not have them */
function natives(): Natives {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  const { compileFunction } = process.getBuiltinModule('node:vm');
  setFlagsFromString('--allow-natives-syntax');
  try {
    return {
      serialize: compileFunction('return %SerializeWasmModule(module)', ['module']) as Natives['serialize'],
      deserialize: compileFunction('return %DeserializeWasmModule(code, wasm)', ['code', 'wasm']) as Natives['deserialize'],
    };
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** What the code depends on and V8 does not look at itself. */
function maker(): Uint8Array {
  const bytes = new Uint8Array(MADE_BY);
  new TextEncoder().encodeInto(`ring3 ${process.version} ${process.arch}`, bytes);
  return bytes;
}

/** The content of core.cache. */
export function compileAhead(wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  const optimized = ['liftoff', 'wasm-lazy-compilation', 'wasm-dynamic-tiering'];
  for (const flag of optimized) setFlagsFromString(`--no-${flag}`);
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(wasm);
  } finally {
    // V8 compares flags: they must be those that readers have.
    for (const flag of optimized) setFlagsFromString(`--${flag}`);
  }
  const code = new Uint8Array(natives().serialize(module));
  const file = new Uint8Array(PREFIX + wasm.length + code.length);
  file.set(maker());
  new DataView(file.buffer).setUint32(MADE_BY, wasm.length, true);
  new DataView(file.buffer).setUint32(MADE_BY + 4, code.length, true);
  file.set(wasm, PREFIX);
  file.set(code, PREFIX + wasm.length);
  return file;
}

/** The module of these bytes from `file`, the content of core.cache; undefined: it does not hold here. */
export function compiledModule(file: Uint8Array<ArrayBuffer>, wasm: Uint8Array): WebAssembly.Module | undefined {
  const { compare } = process.getBuiltinModule('node:buffer').Buffer;
  if (file.length < PREFIX || compare(file.subarray(0, MADE_BY), maker()) !== 0) return undefined;
  const view = new DataView(file.buffer, file.byteOffset);
  const codeAt = PREFIX + view.getUint32(MADE_BY, true);
  if (file.length !== codeAt + view.getUint32(MADE_BY + 4, true)) return undefined;
  if (compare(file.subarray(PREFIX, codeAt), wasm) !== 0) return undefined;
  const { buffer, byteOffset } = file;
  return natives().deserialize(buffer.slice(byteOffset + codeAt, byteOffset + file.length), wasm);
}
