import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where set-up leaves the base image: beside a checkout's packages, or in the user's cache. RING3_IMAGE names another. */
export function findBaseImage(): string | null {
  const named = process.env['RING3_IMAGE'];
  if (named) return named;
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const candidates = [fileURLToPath(new URL('../../../.cache/base-image', import.meta.url)), join(cache, 'ring3', 'base-image')];
  return candidates.find((path) => existsSync(path)) ?? null;
}

export const NO_IMAGE_HINT = 'there is no base image: run npm start once, set RING3_IMAGE, or use --root / for the programs of this system';
