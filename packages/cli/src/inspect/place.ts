import { ElfError, findSymbol, parseElf } from '@ring3/elf';
import { type InspectView, type MachineEngine, MachineError } from '@ring3/machine/engine';
import { usageError } from '../cli-error.js';

/** AT_ENTRY: where the program's e_entry lies now. */
const AT_ENTRY = 9;
/** One page below the end of user space. */
const LAST_ADDRESS = 0x7fff_ffff_efff;

/**
 * The address that a word of the command line means in a process as it is now: hexadecimal; a symbol of the program; entry, heap, brk,
 * stack, vdso or a register. With +N or -N (as 0x10 or 16) behind it. null: there is no such place yet, as a heap before the first brk.
 * @throws CliError
 */
export function placeOf(machine: MachineEngine, view: InspectView, text: string): number | null {
  const [, name = '', sign = '+', offset = '0'] = /^(.+?)(?:([+-])((?:0x)?[0-9a-f]+))?$/i.exec(text) ?? [];
  const base = baseOf(machine, view, name);
  if (base === null) return null;
  const address = base + (sign === '-' ? -Number(offset) : Number(offset));
  if (Number.isNaN(address)) throw usageError(`'${text}': '${offset}' is no number`);
  if (address < 0 || address > LAST_ADDRESS) throw usageError(`'${text}' is no address of user space`);
  return address;
}

function baseOf(machine: MachineEngine, view: InspectView, name: string): number | null {
  if (/^0x[0-9a-f]+$/i.test(name)) return Number(name);
  const symbol = symbolAddress(machine, view, name);
  if (symbol !== null) return symbol;
  const { places, auxv, registers } = view;
  const register = registers?.general[name];
  if (register !== undefined) return Number(`0x${register}`);
  switch (name) {
    case 'entry':
      return auxv.find(([type]) => type === AT_ENTRY)?.[1] ?? null;
    case 'heap':
      return places.brk > places.startBrk ? places.startBrk : null;
    case 'brk':
      return places.brk;
    case 'stack':
      return Number(`0x${registers!.general['rsp']}`);
    case 'vdso':
      return places.vdso || null;
    case 'vvar':
      return view.maps?.find((mapping) => mapping.name === '[vvar]')?.start ?? null;
  }
  if (/^[0-9a-f]+$/i.test(name)) return parseInt(name, 16);
  throw usageError(
    `'${name}' is neither an address nor a symbol of the program, nor one of entry, heap, brk, stack, vdso, vvar or a register`,
  );
}

/** A symbol of the program's file, moved as the program is. */
function symbolAddress(machine: MachineEngine, view: InspectView, name: string): number | null {
  if (view.exe === null || view.exe.endsWith(' (deleted)')) return null;
  let bytes: Uint8Array;
  try {
    bytes = machine.files.read(Buffer.from(view.exe, 'latin1').toString());
  } catch (error) {
    if (error instanceof MachineError || (error as { name?: unknown }).name === 'ENOENT') return null;
    throw error;
  }
  try {
    const file = parseElf(bytes);
    const symbol = findSymbol(file, name);
    const entry = view.auxv.find(([type]) => type === AT_ENTRY)?.[1];
    if (!symbol || entry === undefined) return null;
    return Number(symbol.value) + entry - Number(file.header.e_entry);
  } catch (error) {
    if (error instanceof ElfError) return null;
    throw error;
  }
}
