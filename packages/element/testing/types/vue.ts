import '@ring3/element/vue';
import type { GlobalComponents } from 'vue';

type Props<K extends keyof GlobalComponents> = InstanceType<GlobalComponents[K]>['$props'];

export const props: Props<'ring3-machine'> = {
  src: 'hello',
  autorun: true,
  'pause-at': 'main',
  class: 'wide',
  onRing3Exit: ({ detail }) => detail.code,
  onRing3Statechange: ({ detail }) => detail.state,
};
export const file: Props<'ring3-file'> = { path: '/etc/motd' };
// @ts-expect-error there is no such layout
export const wrong: Props<'ring3-machine'> = { layout: 'round' };
// @ts-expect-error the detail has no such field
export const event: Props<'ring3-machine'> = { onRing3Exit: ({ detail }) => detail.colour };
