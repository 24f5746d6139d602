import { usageError } from './cli-error.js';

/** '512m', '1g', '65536' → bytes. */
export function parseBytes(option: string, text: string): number {
  const match = /^(\d+)([kmg]?)b?$/i.exec(text);
  if (!match) throw usageError(`${option}: '${text}' is not a size: write bytes or 64k, 512m, 2g`);
  const unit = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2]!.toLowerCase()]!;
  return Number(match[1]) * unit;
}

/** '10s', '500ms', '2m', '3' (seconds) → milliseconds. */
export function parseDuration(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) throw usageError(`${option}: '${text}' is not a duration: write 10s, 500ms, 2m`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[(match[2] ?? 's') as 'ms' | 's' | 'm' | 'h'];
}

/** A whole number ≥ 0; underscores and exponents (1e9) are welcome. */
export function parseCount(option: string, text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) throw usageError(`${option}: '${text}' is not a whole number`);
  return value;
}

export function parseChoice<T extends string>(option: string, text: string, choices: readonly T[]): T {
  if (!(choices as readonly string[]).includes(text)) throw usageError(`${option}: '${text}' is not one of ${choices.join(', ')}`);
  return text as T;
}

/** Bytes for people: '12 kB', '3.4 MB'. */
export function megabytes(bytes: number): string {
  if (bytes < 999_500) return `${Math.ceil(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
