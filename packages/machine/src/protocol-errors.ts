import * as Comlink from 'comlink';
import { MachineError } from './engine/options.js';
import type { MachineErrorRecord } from './protocol.js';

interface Thrown {
  value: unknown;
}

type Wire = { machine: MachineErrorRecord } | { other: { name: string; message: string; stack?: string } };

/**
 * Makes a MachineError arrive as one: Comlink alone keeps name, message and stack of what a call throws. To be called on both sides.
 */
export function keepErrorsWhole(): void {
  if (installed) return;
  installed = true;
  const { canHandle } = Comlink.transferHandlers.get('throw')!;
  const handler: Comlink.TransferHandler<Thrown, Wire> = {
    canHandle: canHandle as (value: unknown) => value is Thrown,
    serialize({ value }) {
      if (value instanceof MachineError) return [{ machine: errorRecord(value) }, []];
      const error = value instanceof Error ? value : new Error(String(value));
      return [{ other: { name: error.name, message: error.message, ...(error.stack ? { stack: error.stack } : {}) } }, []];
    },
    deserialize(wire): never {
      if ('machine' in wire) throw errorOf(wire.machine);
      throw Object.assign(new Error(wire.other.message), wire.other);
    },
  };
  Comlink.transferHandlers.set('throw', handler);
}

let installed = false;

export function errorRecord({ id, message, errno }: MachineError): MachineErrorRecord {
  return { id, message, ...(errno ? { errno } : {}) };
}

export function errorOf({ id, message, errno }: MachineErrorRecord): MachineError {
  return new MachineError(id, message, errno);
}
