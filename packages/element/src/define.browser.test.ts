import { expect, test } from 'vitest';
import './index.js';

test('the elements are registered by importing the package, once', async () => {
  const { defineElements } = await import('./define.js');
  defineElements();
  for (const name of ['ring3-machine', 'ring3-terminal', 'ring3-file', 'ring3-elf'])
    expect(customElements.get(name), name).toBeTypeOf('function');
});
