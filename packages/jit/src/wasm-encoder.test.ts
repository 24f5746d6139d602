import { describe, expect, it } from 'vitest';
import { Code, encodeModule, W } from './wasm-encoder.js';

/** One of a condition in a local: a branch out of a block, an if behind a hole. */
function hinted(): Code {
  const code = new Code();
  code.op(W.Block, W.Void).param(1).unlikely().brIf(0).op(W.End);
  code.hole((filled) => filled.op(W.Block, W.Void).param(2).likely().brIf(0).op(W.End));
  code.param(2).unlikely().op(W.If, W.Void, W.End).i64(0);
  return code;
}

describe('hints of branches', () => {
  it('go where their code goes', () => {
    const { bytes, hints } = new Code().i32(7).op(W.I32Eqz).add(hinted());
    expect(hints.map(({ at, likely }) => [bytes[at], likely])).toEqual([
      [0x0d, false],
      [0x0d, true],
      [W.If, false],
    ]);
  });

  it('are the module’s, by function and by offset in its body', () => {
    const locals = [{ count: 300, type: W.i64 }];
    const { bytes } = encodeModule([
      { locals, body: new Code().i64(1) },
      { locals, body: hinted() },
    ]);
    const module = new WebAssembly.Module(bytes);
    const [section] = WebAssembly.Module.customSections(module, 'metadata.code.branch_hint');
    // Two functions, the first behind five imported ones without any; the second's body begins with three bytes for its locals.
    const hints = [2, 5, 0, 6, 3];
    // Their offsets, one byte of what is said each.
    hints.push(...[4 + 4, 1, 0], ...[4 + 4 + 3 + 4, 1, 1], ...[4 + 4 + 3 + 4 + 3 + 2, 1, 0]);
    expect([...new Uint8Array(section!)]).toEqual(hints);
  });
});
