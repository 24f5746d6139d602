import { openFolder } from '#host';
import { MachineError, type RootSource } from '../engine/options.js';
import type { RootSpec } from '../protocol.js';
import { fetchBytes, type ReportProgress } from './progress.js';

/** Opens where a root file system comes from. @throws MachineError not-found, fetch-failed, bad-option */
export async function openRoot(spec: RootSpec, report: ReportProgress): Promise<RootSource> {
  switch (spec.kind) {
    case 'empty':
    case 'host':
      return spec;
    case 'folder':
      return { kind: 'image', image: await openFolder(spec.url, report) };
    case 'archive':
      return await archive(await fetchBytes(spec.url, 'image', report, spec.integrity), spec.url);
    case 'archive-bytes':
      return await archive(spec.bytes, 'the archive');
  }
}

/** A Debian package, or a tar archive, plain or compressed. */
async function archive(bytes: Uint8Array, name: string): Promise<RootSource> {
  // With its decompressors it is larger than it looks; most pages have no archive.
  const { decompress, readDeb, readTar, TreeBuilder } = await import('@ring3/image');
  const tree = new TreeBuilder();
  try {
    const isDeb = String.fromCharCode(...bytes.subarray(0, 8)) === '!<arch>\n';
    if (isDeb) for (const entry of readDeb(bytes).entries) tree.add(entry);
    else for (const entry of readTar(decompress(bytes))) tree.add(entry);
  } catch (error) {
    throw new MachineError(
      'bad-option',
      `${name} is no archive that can be a root: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return { kind: 'image', image: tree };
}
