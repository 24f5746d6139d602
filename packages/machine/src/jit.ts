/** The translator, apart from the engine, which loads it once a machine has hot code. */
export { Jit } from '@ring3/jit';
