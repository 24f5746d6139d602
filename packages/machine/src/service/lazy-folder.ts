import { type ImageSource, openLazyImage } from '@ring3/image/lazy';
import { MachineError } from '../engine/options.js';
import { fetchBytes, type ReportProgress } from './progress.js';

/** How often a chunk is asked for, and the wait before the second time. */
const TRIES = 3;
const RETRY_MS = 300;

/** An image folder by its URL: its index now, chunks as files are touched. @throws MachineError fetch-failed, bad-option */
export async function openLazyFolder(url: string, report: ReportProgress): Promise<ImageSource> {
  const base = url.endsWith('/') ? url : `${url}/`;
  const bytes = await fetchBytes(`${base}index.json`, 'image', report);
  try {
    const index: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof index !== 'object' || index === null) throw new Error('not an index');
    return openLazyImage(index, (name) => fetchChunk(`${base}chunks/${name}`, report));
  } catch (error) {
    throw new MachineError('bad-option', `${base} is no image folder: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function fetchChunk(url: string, report: ReportProgress): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      return await gunzip(await fetchBytes(url, 'image', report), url);
    } catch (error) {
      if (tries === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * tries));
  }
}

/** A server may have unpacked it already (Content-Encoding). @throws MachineError damaged: its checksum is wrong */
async function gunzip(bytes: Uint8Array<ArrayBuffer>, url: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new MachineError('fetch-failed', `${url} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
}
