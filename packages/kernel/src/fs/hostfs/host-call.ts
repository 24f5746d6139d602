import type { Kernel } from '../../kernel.js';
import * as errors from '../../errno.js';
import type { HostFs } from '../../platform.js';

const byName = new Map<string, errors.Errno>();
for (const value of Object.values(errors)) if (value instanceof errors.Errno) byName.set(value.name, value);

/** The Errno of a host's error code ('ENOSPC'); EIO for what Linux does not have. */
export function hostErrno(code: unknown): errors.Errno {
  return (typeof code === 'string' && byName.get(code)) || errors.EIO;
}

/** Calls the host's file system; its `{ code: 'ENOENT' }` becomes our Errno, codes that we do not know EIO. */
export function hostCall<T>(k: Kernel, call: (host: HostFs) => T): T {
  const host = k.platform.hostFs;
  if (!host) throw errors.EIO;
  try {
    return call(host);
  } catch (error) {
    // What has no code is a bug of ours, and no answer for the guest.
    const code = (error as { code?: unknown } | null)?.code;
    throw error instanceof errors.Errno || typeof code !== 'string' ? error : hostErrno(code);
  }
}
