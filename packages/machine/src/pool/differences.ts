/** Characters of a text that a message shows. */
const SHOWN = 120;
/** Lines that a diff shows of each text. */
const DIFF_LINES = 5;

/** A text in quotes, in one line, with its beginning only where it is long. */
export function quoted(text: string): string {
  if (text.length <= SHOWN) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, SHOWN))}… (${text.length} characters)`;
}

/** What tells two texts apart, in a sentence; where they have several lines, a short diff below it. */
export function difference(expected: string, got: string): string {
  const [want, have] = [lines(expected), lines(got)];
  if (want.length <= 1 && have.length <= 1) return `expected ${quoted(expected)}, got ${quoted(got)}${atPlace(expected, got)}`;
  const first = want.findIndex((line, i) => line !== have[i]);
  const at = first < 0 ? want.length : first;
  const shown = (all: readonly string[], mark: string): string[] => {
    const rest = all.length - at - DIFF_LINES;
    return [
      ...all.slice(at, at + DIFF_LINES).map((line) => `${mark}${shortLine(line)}`),
      ...(rest > 0 ? [`${mark}… ${rest} more line${rest === 1 ? '' : 's'}`] : []),
    ];
  };
  const before = at > 0 ? [` ${shortLine(want[at - 1]!)}`] : [];
  return [`differs from line ${at + 1} on (- expected, + got)`, ...before, ...shown(want, '-'), ...shown(have, '+')].join('\n');
}

/** Lines with a mark where the last one has no newline. */
function lines(text: string): string[] {
  const all = text.split('\n');
  const last = all.pop()!;
  return last === '' ? all : [...all, text === last ? last : `${last} (no newline at the end)`];
}

function shortLine(line: string): string {
  const shown = line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
  // oxlint-disable-next-line no-control-regex
  return shown.replaceAll(/[\0-\x08\x0b-\x1f\x7f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** For long texts that begin alike. */
function atPlace(expected: string, got: string): string {
  if (expected.length <= SHOWN && got.length <= SHOWN) return '';
  let at = 0;
  while (at < expected.length && expected[at] === got[at]) at++;
  const part = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 20), at + 40));
  return `; from character ${at + 1} on: …${part(expected)} became …${part(got)}`;
}

/** Bytes for a message: their UTF-8 text. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
