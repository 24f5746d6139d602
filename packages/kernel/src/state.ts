/**
 * Kernel state is plain data reachable from one Kernel object: numbers, strings (guest byte strings are latin1: one char, one
 * byte), booleans, bigints, typed arrays, arrays, Map, Set, and instances of the classes registered here. No closure, promise,
 * generator or host object is ever stored in it, so a snapshot can walk it and a restore can rebuild it.
 */
export type StateClass = abstract new (...parameters: never[]) => object;

const classes = new Map<string, StateClass>();
const names = new Map<StateClass, string>();

/** Registers a class whose instances may be part of kernel state. Names are unique and are what a snapshot holds. */
export function registerState(name: string, stateClass: StateClass): void {
  if (classes.has(name)) throw new Error(`state class ${name} is registered twice`);
  classes.set(name, stateClass);
  names.set(stateClass, name);
}

export function stateClass(name: string): StateClass | undefined {
  return classes.get(name);
}

export function stateName(constructor: StateClass): string | undefined {
  return names.get(constructor);
}
