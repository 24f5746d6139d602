import type { PageWalkView, TableEntryView } from '@ring3/machine/engine';
import { decode, hex, table } from './text.js';

/** What covers one entry of a table of each level. */
const spans = ['', '4 KiB', '2 MiB', '1 GiB', '512 GiB'];

/**
 * A walk as a picture, a line per level. Where `before` is the walk at an earlier stop, what has changed since is marked: bits that
 * were added with +, bits that are gone with −, another frame or table with *.
 */
export function walkText(walk: PageWalkView, before: PageWalkView | null): string {
  const rows = walk.entries.map((entry, i) => {
    const old = before?.entries[i] ?? null;
    return [
      `L${entry.level}`,
      entry.table,
      `[${entry.index}]`,
      `at ${hex(entry.address)}`,
      entry.raw,
      bitsText(entry, old),
      arrowText(entry, old),
    ];
  });
  return `${headText(walk)}${table(rows)}${frameText(walk, before)}${meaning(walk)}\n`;
}

function headText({ address, mapping, entries }: PageWalkView): string {
  const indices = entries.map(({ index }) => index).join(' ');
  const where = mapping
    ? `${mapping.start.toString(16)}-${mapping.end.toString(16)} ${mapping.access} ${mapping.name === '' ? '' : `${decode(mapping.name)}, `}${mapping.kind}`
    : 'no mapping';
  return `${hex(address)}: ${where}\ncr3 ${hex(entries[0]!.tableAddress)}, indices ${indices}, offset ${hex(address % 4096)}\n`;
}

function bitsText(entry: TableEntryView, old: TableEntryView | null): string {
  if (entry.bits.length === 0 && !old?.bits.length) return '-';
  if (!old) return entry.bits.join(' ');
  const marked = entry.bits.map((bit) => (old.bits.includes(bit) ? bit : `+${bit}`));
  return [...marked, ...old.bits.filter((bit) => !entry.bits.includes(bit)).map((bit) => `−${bit}`)].join(' ');
}

function arrowText(entry: TableEntryView, old: TableEntryView | null): string {
  if (!entry.present && entry.frame === 0) return entry.level === 1 ? 'no page' : `no table: nothing in these ${spans[entry.level]}`;
  const changed = old && old.frame !== 0 && old.frame !== entry.frame ? `* (was ${hex(old.frame)})` : '';
  return `→ ${entry.level === 1 ? 'frame' : 'table'} ${hex(entry.frame)}${changed}`;
}

function frameText({ frame, physical }: PageWalkView, before: PageWalkView | null): string {
  if (!frame) return '';
  const was = before?.frame?.address === frame.address ? before.frame : null;
  const number = (name: string, value: number, old: number | undefined): string =>
    old === undefined || old === value ? `${name} ${value}` : `${name} ${value}* (was ${old})`;
  const counts = `${number('references', frame.count, was?.count)}, ${number('mapped', frame.mapCount, was?.mapCount)}`;
  const reached = physical === null ? '' : `physical address ${hex(physical)}\n`;
  return `frame ${hex(frame.address)} (number ${frame.number}): ${counts}; ${frame.flags.join(', ') || 'no flags'}\n${reached}`;
}

/** What the processor and the kernel make of it, in a sentence. */
function meaning({ mapping, entries, frame }: PageWalkView): string {
  const last = entries.at(-1)!;
  if (!mapping) return 'Not mapped: an access is SIGSEGV (SEGV_MAPERR).';
  const has = (bit: string): boolean => last.bits.includes(bit);
  const writable = mapping.access.includes('w');
  if (has('PROTNONE')) return 'The page is kept, but may not be accessed: SIGSEGV (SEGV_ACCERR).';
  if (!last.present) {
    return /[rwx]/.test(mapping.access)
      ? 'Not there yet: the first access is a page fault, which brings the page in.'
      : 'The mapping allows no access: SIGSEGV (SEGV_ACCERR).';
  }
  if (has('RW')) return 'Read and written without the kernel.';
  if (!writable) return 'Read without the kernel; the mapping is not writable: a write is SIGSEGV (SEGV_ACCERR).';
  if (mapping.access.endsWith('s')) return 'Read without the kernel; the first write is a page fault, which notes that the page is dirty.';
  const copied =
    frame?.flags.includes('anonymous') && frame.count === 1
      ? 'makes it writable: nobody else has it any more'
      : 'copies it (copy-on-write)';
  return `Read without the kernel; a write is a page fault, which ${copied}.`;
}
