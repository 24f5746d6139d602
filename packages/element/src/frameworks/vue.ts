import type { DefineComponent, HTMLAttributes } from 'vue';
import '../index.js';
import type { Ring3EventMap } from '../events.js';
import type { Ring3Attributes } from './attribute-types.js';

type Capitalized<S extends string> = S extends `${infer A}-${infer B}` ? `${Capitalize<A>}${Capitalized<B>}` : Capitalize<S>;

/** `@ring3-exit` in a template is the prop onRing3Exit. */
export type Ring3VueEvents = { [K in keyof Ring3EventMap as `on${Capitalized<K>}`]?: (event: Ring3EventMap[K]) => void };

export type Ring3VueComponent<K extends keyof Ring3Attributes> = DefineComponent<Ring3Attributes[K] & Ring3VueEvents & HTMLAttributes>;

declare module 'vue' {
  interface GlobalComponents {
    'ring3-machine': Ring3VueComponent<'ring3-machine'>;
    'ring3-terminal': Ring3VueComponent<'ring3-terminal'>;
    'ring3-file': Ring3VueComponent<'ring3-file'>;
    'ring3-elf': Ring3VueComponent<'ring3-elf'>;
  }
}
