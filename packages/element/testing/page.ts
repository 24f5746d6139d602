import { afterEach } from 'vitest';
import type { Ring3EventMap } from '../src/events.js';
import type { Ring3Machine } from '../src/machine-element.js';
import { urlOf } from './programs.js';

const placed: Element[] = [];

/** Elements of the tests go when a test ends, and their machines with them. */
afterEach(() => {
  for (const element of placed.splice(0)) element.remove();
});

/** Puts markup on the page; its first element. */
export function place<T extends Element = Ring3Machine>(markup: string): T {
  const template = document.createElement('template');
  template.innerHTML = markup.trim();
  const element = document.importNode(template.content, true).firstElementChild as T;
  document.body.append(element);
  placed.push(element);
  return element;
}

/** A <ring3-machine> with a program. */
export function machine(program: Uint8Array<ArrayBuffer>, attributes = '', children = ''): Ring3Machine {
  return place(`<ring3-machine src="${urlOf(program)}" ${attributes}>${children}</ring3-machine>`);
}

/** The next event of a type; `wanted` chooses. */
export function next<K extends keyof Ring3EventMap>(
  target: EventTarget,
  type: K,
  wanted: (event: Ring3EventMap[K]) => boolean = () => true,
): Promise<Ring3EventMap[K]> {
  return new Promise((resolve) => {
    const listen = (event: Event): void => {
      if (!wanted(event as Ring3EventMap[K])) return;
      target.removeEventListener(type, listen);
      resolve(event as Ring3EventMap[K]);
    };
    target.addEventListener(type, listen);
  });
}

/** Keeps the details of events as they come. */
export function collect<K extends keyof Ring3EventMap>(target: EventTarget, type: K): Ring3EventMap[K]['detail'][] {
  const details: Ring3EventMap[K]['detail'][] = [];
  target.addEventListener(type, (event) => details.push((event as Ring3EventMap[K]).detail));
  return details;
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export function part<T extends HTMLElement = HTMLElement>(element: Element, name: string): T | null {
  return element.shadowRoot!.querySelector<T>(`[part~="${name}"]`);
}

/** Waits until it holds, looking at every frame; fails with what it was. */
export async function until(holds: () => unknown, what = String(holds)): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`it did not come to be within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
