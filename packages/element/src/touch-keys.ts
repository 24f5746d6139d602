/** A key that touch keyboards lack. */
export interface TouchKey {
  label: string;
  name: string;
  /** What it sends; of an arrow the letter that ends its sequence. */
  keys: string | { arrow: string };
}

export const touchKeys: readonly TouchKey[] = [
  { label: 'Esc', name: 'Esc', keys: '\u001b' },
  { label: 'Tab', name: 'Tab', keys: '\t' },
  { label: '←', name: 'Arrow left', keys: { arrow: 'D' } },
  { label: '↑', name: 'Arrow up', keys: { arrow: 'A' } },
  { label: '↓', name: 'Arrow down', keys: { arrow: 'B' } },
  { label: '→', name: 'Arrow right', keys: { arrow: 'C' } },
];

/** What the key sends: arrows as xterm does, by the mode that the program has set (DECCKM) and with Ctrl as modifier 5. */
export function touchSequence({ keys }: TouchKey, control: boolean, applicationCursor: boolean): string {
  if (typeof keys === 'string') return keys;
  if (control) return `\u001b[1;5${keys.arrow}`;
  return `\u001b${applicationCursor ? 'O' : '['}${keys.arrow}`;
}

/** What Ctrl with this character sends; where it has no control character, the character. */
export function withControl(text: string): string {
  if (text === ' ') return '\0';
  if (text === '?') return '\u007f';
  const code = text.length === 1 ? text.toUpperCase().charCodeAt(0) : 0;
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text;
}
