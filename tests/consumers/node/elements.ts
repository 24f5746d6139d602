// Only checked, not run: the types of the elements, and that they load on a server, where there are no elements.
import { type Ring3EventMap, Ring3Machine } from '@ring3/element';

export function watch(machine: Ring3Machine): void {
  machine.addEventListener('ring3-exit', (event) => console.log((event as Ring3EventMap['ring3-exit']).detail.code));
  const element: Ring3Machine = document.createElement('ring3-machine');
  element.src = 'hello';
  element.autorun = true;
}
