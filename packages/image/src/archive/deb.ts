import { decompress } from '../compress/decompress.js';
import type { LayerEntry } from '../tree/layer.js';
import { readAr } from './ar.js';
import { readTar } from './tar.js';

/** A Debian package: the fields of its control file, and what its data archive holds. */
export interface Deb {
  control: Map<string, string>;
  entries: LayerEntry[];
}

/** deb(5). @throws Error not a package, or damaged */
export function readDeb(bytes: Uint8Array): Deb {
  const members = readAr(bytes);
  const archive = (prefix: string): Uint8Array => {
    const member = members.find(({ name }) => name === prefix || name.startsWith(`${prefix}.`));
    if (!member) throw new Error(`deb: no ${prefix}`);
    return decompress(member.data);
  };
  let control = new Map<string, string>();
  for (const entry of readTar(archive('control.tar'))) {
    if (entry.path.replace(/^\.\//, '') === 'control' && entry.data instanceof Uint8Array) control = parseControl(entry.data);
  }
  return { control, entries: [...readTar(archive('data.tar'))] };
}

/** "Field: value" with continuation lines, which keep their leading blank. */
function parseControl(data: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  let text = '';
  for (const byte of data) text += String.fromCharCode(byte);
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (line.startsWith(' ') && last) fields.set(last, `${fields.get(last) ?? ''}\n${line}`);
    else if (colon > 0) fields.set((last = line.slice(0, colon)), line.slice(colon + 1).trim());
  }
  return fields;
}
