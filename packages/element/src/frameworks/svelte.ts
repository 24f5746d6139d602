import type { HTMLAttributes } from 'svelte/elements';
import '../index.js';
import type { Ring3EventMap } from '../events.js';
import type { Ring3Attributes } from './attribute-types.js';

/** `onring3-exit={…}` in Svelte 5, `on:ring3-exit={…}` before. */
export type Ring3SvelteEvents = { [K in keyof Ring3EventMap as `on${K}` | `on:${K}`]?: (event: Ring3EventMap[K]) => void };

export type Ring3SvelteAttributes<K extends keyof Ring3Attributes> = HTMLAttributes<HTMLElementTagNameMap[K]> &
  Ring3Attributes[K] &
  Ring3SvelteEvents;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'ring3-machine': Ring3SvelteAttributes<'ring3-machine'>;
    'ring3-terminal': Ring3SvelteAttributes<'ring3-terminal'>;
    'ring3-file': Ring3SvelteAttributes<'ring3-file'>;
    'ring3-elf': Ring3SvelteAttributes<'ring3-elf'>;
  }
}
