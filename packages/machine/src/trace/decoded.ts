import type { TraceRecord } from '@ring3/kernel';
import { fromByteString } from '../engine/byte-string.js';

/** A record whose texts are host strings: what leaves the machine. Numbers that JSON cannot write (no limit) are null. */
export function decoded(record: TraceRecord): TraceRecord {
  const fields: TraceRecord['fields'] = {};
  for (const [name, value] of Object.entries(record.fields)) fields[name] = typeof value === 'string' ? fromByteString(value) : value;
  return { ...record, fields };
}
