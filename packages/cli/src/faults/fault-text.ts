import type { TraceRecord } from '@ring3/machine/engine';

/** One handled fault, as `ring3 faults` lists it. */
export interface Fault {
  /** Monotonic ns and instructions retired. */
  time: number;
  icount: number;
  pid: number;
  tid: number;
  address: number;
  access: 'read' | 'write' | 'fetch';
  user: boolean;
  /** 'minor', 'major', 'sigsegv', 'sigbus', 'oom' */
  result: string;
  kind: string | null;
  /** The mapping, null where there is none. `offset`: of the page in its file, in bytes. */
  start: number | null;
  end: number | null;
  file: string | null;
  offset: number | null;
  pages: number;
  frame: number | null;
}

type Field = string | number | boolean | null | undefined;

function numberOf(field: Field): number | null {
  return typeof field === 'number' ? field : null;
}

function textOf(field: Field): string | null {
  return typeof field === 'string' ? field : null;
}

/** From a record of mm:handle_mm_fault. */
export function faultOf({ time, icount, pid, tid, fields }: TraceRecord): Fault {
  const pgoff = numberOf(fields['pgoff']);
  return {
    time,
    icount,
    pid,
    tid,
    address: numberOf(fields['address']) ?? 0,
    access: fields['exec'] ? 'fetch' : fields['write'] ? 'write' : 'read',
    user: fields['user'] === true,
    result: textOf(fields['result']) ?? '',
    kind: textOf(fields['kind']),
    start: numberOf(fields['vma_start']),
    end: numberOf(fields['vma_end']),
    file: textOf(fields['file']),
    offset: pgoff === null ? null : pgoff * 4096,
    pages: numberOf(fields['pages']) ?? 0,
    frame: numberOf(fields['pfn']),
  };
}

const sentences: Readonly<Record<string, string>> = {
  anon_zero: 'first read: the page of zeros',
  anon: 'first write: a new page of zeros',
  file_map: 'page of the file',
  file_cow: 'first write to a private page: a copy of the file’s',
  shared_write: 'first write to a shared page: it is dirty now',
  cow_copy: 'write to a page that others have: a copy',
  cow_reuse: 'write to a page that nobody else has any more: kept',
  special: 'page of the kernel’s',
  spurious: 'nothing was missing',
  userfault: 'left to a userfaultfd',
};

const GROWTH = 'stack_growth+';

/** What the kernel did, in a few words. */
export function sentence({ kind, result, pages, start, address }: Fault): string {
  if (result === 'sigsegv')
    return start !== null && address >= start ? 'the mapping does not allow it: SIGSEGV' : 'nothing is mapped there: SIGSEGV';
  if (result === 'sigbus') return 'no page can be had: SIGBUS';
  if (result === 'oom') return 'no memory is left';
  const grew = kind?.startsWith(GROWTH) === true;
  const plain = grew ? kind!.slice(GROWTH.length) : (kind ?? '');
  const around = plain === 'file_map' && pages > 1 ? `${pages} cached pages of the file` : (sentences[plain] ?? plain);
  return `${grew ? 'the stack grows; ' : ''}${around}${result === 'major' ? ', read in' : ''}`;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function placeOf({ file, start, offset }: Fault): string {
  if (start === null) return '';
  if (file === null) return 'anonymous';
  return offset === null ? file : `${file}+${hex(offset)}`;
}

const Letters = { read: 'r', write: 'w', fetch: 'x' } as const;

export function faultLine(fault: Fault): string {
  const { time, pid, tid, result, address, access, user } = fault;
  const who = pid === tid ? String(pid) : `${pid}/${tid}`;
  const ms = (time / 1e6).toFixed(3).padStart(9);
  const how = `${Letters[access]}${user ? ' ' : 'K'}`;
  return `${ms} ${who.padEnd(5)} ${result.padEnd(7)} ${hex(address).padStart(14)} ${how} ${sentence(fault).padEnd(44)} ${placeOf(fault)}\n`;
}

interface Row {
  minor: number;
  major: number;
  signals: number;
  pages: number;
}

/** Faults counted by kind and by mapping. */
export class FaultSummary {
  private readonly total: Row = { minor: 0, major: 0, signals: 0, pages: 0 };
  private readonly kinds = new Map<string, Row>();
  private readonly mappings = new Map<string, Row>();

  add(fault: Fault): void {
    const mapping = fault.start === null ? '(none)' : (fault.file ?? 'anonymous');
    for (const row of [this.total, rowOf(this.kinds, fault.kind ?? fault.result), rowOf(this.mappings, mapping)]) {
      if (fault.result === 'minor') row.minor++;
      else if (fault.result === 'major') row.major++;
      else row.signals++;
      row.pages += fault.pages;
    }
  }

  toJson(): object {
    return { total: this.total, kinds: Object.fromEntries(this.kinds), mappings: Object.fromEntries(this.mappings) };
  }

  toText(afterList: boolean): string {
    const rows = [...sorted(this.kinds), null, ...sorted(this.mappings), null, ['total', this.total] as const];
    const lines = rows.map((row) => (row ? line(row[0], row[1]) : ''));
    return `${afterList ? '\n' : ''}${'minor'.padStart(8)} ${'major'.padStart(7)} ${'signals'.padStart(7)} ${'pages'.padStart(8)}\n${lines.join('\n')}\n`;
  }
}

function rowOf(rows: Map<string, Row>, name: string): Row {
  let row = rows.get(name);
  if (!row) rows.set(name, (row = { minor: 0, major: 0, signals: 0, pages: 0 }));
  return row;
}

function sorted(rows: Map<string, Row>): [string, Row][] {
  const all = ({ minor, major, signals }: Row): number => minor + major + signals;
  return [...rows].toSorted(([, a], [, b]) => all(b) - all(a));
}

function line(name: string, { minor, major, signals, pages }: Row): string {
  const column = (value: number, width: number): string => (value === 0 ? '' : String(value)).padStart(width);
  return `${column(minor, 8)} ${column(major, 7)} ${column(signals, 7)} ${column(pages, 8)}  ${name}`;
}
