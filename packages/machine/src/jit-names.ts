/** What locals and imported functions of translated code are called. */
export { importNames, localName } from '@ring3/jit';
