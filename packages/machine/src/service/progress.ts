import { MachineError } from '../engine/options.js';
import type { Progress } from '../protocol.js';

export type ReportProgress = (progress: Progress) => void;

/** Bytes between two reports. */
const REPORT_BYTES = 256 * 1024;
/** Milliseconds without a byte after which a transfer is given up. */
const IDLE_MS = 30_000;
/** Answers after which a second try may have more luck, besides those of 500 and above. */
const PASSING = [408, 425, 429];

/** A transfer that failed. */
export class FetchError extends MachineError {
  constructor(
    url: string,
    why: string,
    /** Asking again would be in vain: the server has answered. */
    readonly isFinal: boolean,
    /** How long the server wants to be left alone. */
    readonly retryAfterMs = 0,
  ) {
    super('fetch-failed', `${url}: ${why}`);
  }
}

export interface FetchOptions {
  /** 'sha256-…' in base64, as in HTML: what arrives must have it. */
  integrity?: string;
  cache?: RequestCache;
  idleMs?: number;
  /** Ends the transfer. */
  signal?: AbortSignal | undefined;
}

/**
 * Fetches a URL whole, telling how far it is.
 * @throws FetchError
 */
export async function fetchBytes(
  url: string,
  phase: Progress['phase'],
  report: ReportProgress,
  { integrity, cache, idleMs = IDLE_MS, signal }: FetchOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end);
  let timer = setTimeout(() => controller.abort(), idleMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), idleMs);
  };
  const reason = (error: unknown): string => {
    if (signal?.aborted) return 'no longer wanted';
    return controller.signal.aborted ? `nothing came for ${idleMs / 1000} s` : reasonOf(error);
  };
  try {
    let response: Response;
    try {
      response = await fetch(url, { signal: controller.signal, ...(integrity ? { integrity } : {}), ...(cache ? { cache } : {}) });
    } catch (error) {
      throw new FetchError(url, reason(error), false);
    }
    alive();
    if (!response.ok) throw refusal(url, response);
    // A compressed transfer says the length of what is sent, not of what arrives.
    const stated = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
    const total = stated === null || !/^\d+$/.test(stated) ? null : Number(stated);
    const chunks: Uint8Array[] = [];
    let loaded = 0;
    let reported = 0;
    report({ phase, file: url, loaded, total });
    try {
      for await (const chunk of bodyOf(response)) {
        alive();
        chunks.push(chunk);
        loaded += chunk.length;
        if (loaded - reported < REPORT_BYTES) continue;
        reported = loaded;
        report({ phase, file: url, loaded, total });
      }
    } catch (error) {
      throw new FetchError(url, `the transfer broke off after ${loaded} bytes (${reason(error)})`, false);
    }
    report({ phase, file: url, loaded, total: loaded });
    return join(chunks, loaded);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/** Node says 'fetch failed', and why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}

function refusal(url: string, response: Response): FetchError {
  const { status, statusText, headers } = response;
  void response.body?.cancel().catch(() => {});
  const seconds = Number(headers.get('retry-after') ?? 0);
  const isFinal = status < 500 && !PASSING.includes(status);
  return new FetchError(url, `${status} ${statusText}`.trim(), isFinal, Number.isFinite(seconds) ? seconds * 1000 : 0);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
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
