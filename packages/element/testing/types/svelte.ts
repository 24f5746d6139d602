import '@ring3/element/svelte';
import type { SvelteHTMLElements } from 'svelte/elements';

export const props: SvelteHTMLElements['ring3-machine'] = {
  src: 'hello',
  autorun: true,
  'pause-at': 'main',
  class: 'wide',
  'onring3-exit': ({ detail }) => detail.code,
  'on:ring3-stdout': ({ detail }) => detail.data.length,
};
export const file: SvelteHTMLElements['ring3-file'] = { path: '/etc/motd' };
// @ts-expect-error there is no such layout
export const wrong: SvelteHTMLElements['ring3-machine'] = { layout: 'round' };
// @ts-expect-error the detail has no such field
export const event: SvelteHTMLElements['ring3-machine'] = { 'onring3-exit': ({ detail }) => detail.colour };
