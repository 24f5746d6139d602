/** What dist/ring3.js is made from: the elements, and the machine below them for scripts that want no element. */
export * from './index.js';
export { Machine, MachineError } from '@ring3/machine';
