import { fieldKinds, type TraceRecord } from '@ring3/kernel';

/** The fields of a record in one line, by their kinds: `start=0x1000, file="/bin/ls", user`. What is null or false is left out. */
export function fieldText({ event, fields }: TraceRecord): string {
  const kinds = fieldKinds(event);
  const parts: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === false) continue;
    if (value === true) parts.push(name);
    else if (typeof value === 'string') parts.push(`${name}=${JSON.stringify(value)}`);
    else parts.push(`${name}=${numberText(value, kinds?.[name])}`);
  }
  return parts.join(', ');
}

function numberText(value: number, kind: string | undefined): string {
  const isHex = kind?.startsWith('address') || kind?.startsWith('bits');
  return isHex && value > 0 ? `0x${value.toString(16)}` : String(value);
}
