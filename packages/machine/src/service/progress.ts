import { MachineError } from '../engine/options.js';
import type { Progress } from '../protocol.js';

export type ReportProgress = (progress: Progress) => void;

/** Bytes between two reports. */
const REPORT_BYTES = 256 * 1024;

/**
 * Fetches a URL whole, telling how far it is.
 * @param integrity 'sha256-…' in base64, as in HTML: what arrives must have it
 * @throws MachineError fetch-failed
 */
export async function fetchBytes(
  url: string,
  phase: Progress['phase'],
  report: ReportProgress,
  integrity?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const failed = (why: string): MachineError => new MachineError('fetch-failed', `${url}: ${why}`);
  let response: Response;
  try {
    response = await fetch(url, integrity ? { integrity } : {});
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error));
  }
  if (!response.ok) throw failed(`${response.status} ${response.statusText}`.trim());
  // A compressed transfer says the length of what is sent, not of what arrives.
  const total = response.headers.has('content-encoding') ? null : Number(response.headers.get('content-length') ?? NaN);
  const length = total === null || Number.isNaN(total) ? null : total;
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  let reported = 0;
  report({ phase, file: url, loaded, total: length });
  try {
    for await (const chunk of bodyOf(response)) {
      chunks.push(chunk);
      loaded += chunk.length;
      if (loaded - reported < REPORT_BYTES) continue;
      reported = loaded;
      report({ phase, file: url, loaded, total: length });
    }
  } catch (error) {
    throw failed(`the transfer broke off after ${loaded} bytes (${error instanceof Error ? error.message : String(error)})`);
  }
  report({ phase, file: url, loaded, total: loaded });
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Not every browser iterates over streams. */
async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
