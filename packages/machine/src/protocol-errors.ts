import * as Comlink from 'comlink';
import { MachineError } from './engine/options.js';
import type { MachineErrorRecord } from './protocol.js';

interface Thrown {
  value: unknown;
}

/**
 * Makes a MachineError arrive as one: Comlink alone keeps name, message and stack of what a call throws. Anything else that is thrown is a
 * fault of ours, and arrives as 'internal' with the engine's stack. To be called on both sides.
 */
export function keepErrorsWhole(): void {
  if (installed) return;
  installed = true;
  const { canHandle } = Comlink.transferHandlers.get('throw')!;
  const handler: Comlink.TransferHandler<Thrown, MachineErrorRecord> = {
    canHandle: canHandle as (value: unknown) => value is Thrown,
    serialize: ({ value }) => [errorRecord(MachineError.from(value)), []],
    deserialize(record): never {
      throw errorOf(record);
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
