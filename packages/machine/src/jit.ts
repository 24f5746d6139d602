/** The translator, apart from the engine: loaded once a machine has hot code (MachineEngine.translate). */
export { Jit } from '@ring3/jit';
