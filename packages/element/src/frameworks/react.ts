import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import '../index.js';
import type { Ring3EventMap } from '../events.js';
import type { Ring3Attributes } from './attribute-types.js';

/** React 19 listens to events of custom elements by their name: onring3-exit. */
export type Ring3ReactEvents = { [K in keyof Ring3EventMap as `on${K}`]?: (event: Ring3EventMap[K]) => void };

/** Props of an element in JSX. */
export type Ring3ReactProps<K extends keyof Ring3Attributes> = DetailedHTMLProps<
  HTMLAttributes<HTMLElementTagNameMap[K]>,
  HTMLElementTagNameMap[K]
> &
  Ring3Attributes[K] &
  Ring3ReactEvents & { class?: string };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'ring3-machine': Ring3ReactProps<'ring3-machine'>;
      'ring3-terminal': Ring3ReactProps<'ring3-terminal'>;
      'ring3-file': Ring3ReactProps<'ring3-file'>;
      'ring3-elf': Ring3ReactProps<'ring3-elf'>;
    }
  }
}
