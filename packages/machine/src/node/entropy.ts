import { closeSync, openSync, readSync } from 'node:fs';

const POOL_BYTES = 256;

/** What of the system's random bytes has not been given away yet: the last `left` ones. */
const pool = new Uint8Array(POOL_BYTES);
let left = 0;

/** Few bytes come from the system's file where there is one: a short run needs 16, and node:crypto takes longer to load than all the rest of it. */
export function random(into: Uint8Array<ArrayBuffer>): void {
  if (into.length > POOL_BYTES || (left < into.length && !refill())) {
    process.getBuiltinModule('node:crypto').randomFillSync(into);
    return;
  }
  const start = POOL_BYTES - left;
  into.set(pool.subarray(start, start + into.length));
  pool.fill(0, start, start + into.length);
  left -= into.length;
}

function refill(): boolean {
  left = 0;
  let fd: number;
  try {
    fd = openSync('/dev/urandom', 'r');
  } catch {
    return false;
  }
  try {
    if (readSync(fd, pool, 0, POOL_BYTES, null) === POOL_BYTES) left = POOL_BYTES;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
  return left > 0;
}
