import { createHostFs, createImageFs, createOverlay, createTmpfs, Errno, type Kernel, mountAt, type SuperBlock } from '@ring3/kernel';
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

/** What programs expect of a root that has nothing: users and groups, the host's name and address, /tmp. */
export function furnishEmptyRoot(k: Kernel, files: GuestFiles): void {
  const text: Record<string, string> = {
    passwd: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
    group: 'root:x:0:\nnogroup:x:65534:\n',
    hostname: `${k.options.hostname}\n`,
    hosts: `127.0.0.1\tlocalhost ${k.options.hostname}\n`,
  };
  for (const [name, content] of Object.entries(text)) files.write(`/etc/${name}`, new TextEncoder().encode(content), 0o644);
  files.mkdir('/root');
  // Its root has mode 1777.
  mountAt(k, createTmpfs(k), '/tmp');
}

/** Mounts host folders and files into the guest, creating the mount points. */
export function mountHostPaths(k: Kernel, files: GuestFiles, mounts: readonly MountOption[], hostFs: MountableHostFs | null): void {
  for (const { host, guest, readOnly = false, onlyIfMissing } of mounts) {
    if (onlyIfMissing && files.exists(guest)) continue;
    const root = hostRoot(hostFs, host);
    try {
      mountAt(k, createHostFs(k, root, { readOnly }), toByteString(guest), { readOnly });
    } catch (error) {
      if (error instanceof Errno) throw new MachineError('bad-option', `${host} cannot be mounted on ${guest}: ${error.name}`, error.name);
      throw error;
    }
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
