import { localBytes, openFolder } from '#host';
import { MachineError, type RootSource } from '../engine/options.js';
import type { RootSpec } from '../protocol.js';
import { fetchBytes, type ReportProgress } from './progress.js';

/**
 * Opens where a root file system comes from.
 * @param damaged told what is wrong with an image on a disk, once the guest has had an I/O error for it
 * @param signal ends what is being fetched, now or later
 * @throws MachineError not-found, fetch-failed, bad-option
 */
export async function openRoot(
  spec: RootSpec,
  report: ReportProgress,
  damaged: (message: string) => void = () => {},
  signal?: AbortSignal,
): Promise<RootSource> {
  switch (spec.kind) {
    case 'empty':
    case 'host':
      return spec;
    case 'folder':
      return { kind: 'image', image: await openFolder(spec.url, report, damaged, signal) };
    case 'archive': {
      const { url, integrity } = spec;
      const bytes = await localBytes(url, integrity);
      return await archive(bytes ?? (await fetchBytes(url, 'image', report, { signal, ...(integrity ? { integrity } : {}) })), url);
    }
    case 'archive-bytes':
      return await archive(spec.bytes, 'the archive');
  }
}

/** A Debian package, or a tar archive, plain or compressed. */
async function archive(bytes: Uint8Array, name: string): Promise<RootSource> {
  // With its decompressors it is larger than it looks; most pages have no archive.
  const { openArchive } = await import('@ring3/image');
  try {
    return { kind: 'image', image: openArchive(bytes) };
  } catch (error) {
    throw new MachineError(
      'bad-option',
      `${name} is no archive that can be a root: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
