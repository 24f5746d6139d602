import { createHostFs, createImageFs, createOverlay, createTmpfs, type Kernel, mountAt, type SuperBlock } from '@ring3/kernel';
import type { MountableHostFs } from './host.js';
import { toByteString } from './byte-string.js';
import type { GuestFiles } from './guest-files.js';
import { MachineError, type MountOption, type RootSource } from './options.js';

/** The root super block: what `source` holds, read-only under an in-memory overlay; or an empty tmpfs. */
export function rootFileSystem(k: Kernel, source: RootSource, hostFs: MountableHostFs | null): SuperBlock {
  switch (source.kind) {
    case 'host':
      return createOverlay(k, createHostFs(k, hostRoot(hostFs, source.path), { readOnly: true }));
    case 'image':
      return createOverlay(k, createImageFs(k, source.image));
    case 'empty':
      return createTmpfs(k);
  }
}

/** Mounts host folders and files into the guest, creating the mount points. */
export function mountHostPaths(k: Kernel, files: GuestFiles, mounts: readonly MountOption[], hostFs: MountableHostFs | null): void {
  for (const { host, guest, readOnly = false, onlyIfMissing } of mounts) {
    if (onlyIfMissing && files.exists(guest)) continue;
    mountAt(k, createHostFs(k, hostRoot(hostFs, host), { readOnly }), toByteString(guest), { readOnly });
  }
}

function hostRoot(hostFs: MountableHostFs | null, path: string): number {
  if (!hostFs) throw new MachineError('bad-option', `${path}: a page has no folders of a host`);
  try {
    return hostFs.addRoot(path);
  } catch (error) {
    throw new MachineError(
      'not-found',
      `${path}: ${(error as { code?: string }).code === 'ENOENT' ? 'no such file or directory' : (error as Error).message}`,
    );
  }
}
