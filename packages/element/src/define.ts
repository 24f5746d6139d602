import { Ring3Elf } from './elf-element.js';
import { Ring3File } from './file-element.js';
import { Ring3Machine } from './machine-element.js';
import { Ring3Terminal } from './terminal-element.js';

/** Registers the elements. Does nothing where there are none (a server), or where they are registered already. */
export function defineElements(): void {
  if (typeof customElements === 'undefined') return;
  // <ring3-file> before <ring3-machine>, which asks its children.
  for (const [name, element] of [
    ['ring3-file', Ring3File],
    ['ring3-machine', Ring3Machine],
    ['ring3-terminal', Ring3Terminal],
    ['ring3-elf', Ring3Elf],
  ] as const) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
