import { type ImageSource, isChunk, openLazyImage } from '@ring3/image/lazy';
import { MachineError } from '../engine/options.js';
import { fetchBytes, FetchError, type ReportProgress } from './progress.js';

/** How hard chunks are asked for. */
export interface FetchPolicy {
  /** How often a chunk is asked for before the guest gets an I/O error. */
  tries: number;
  /** The wait before the second time; then twice as long, and so on. */
  backOffMs: number;
  /** Milliseconds without a byte after which a request is given up. */
  idleMs: number;
  /** Requests under way at one time: what browsers have of connections to a server. */
  atOnce: number;
  /** Ends all that is under way: the machine is gone. */
  signal?: AbortSignal | undefined;
}

const POLICY: FetchPolicy = { tries: 4, backOffMs: 250, idleMs: 15_000, atOnce: 6 };
/** A server that wants to be left alone for longer gets asked nevertheless. */
const LONGEST_WAIT_MS = 10_000;

/** An image folder by its URL: its index now, chunks as files are touched. @throws MachineError fetch-failed, bad-option */
export async function openLazyFolder(url: string, report: ReportProgress, policy: Partial<FetchPolicy> = {}): Promise<ImageSource> {
  const chunks = new ChunkFetcher(url, report, { ...POLICY, ...policy });
  const bytes = await chunks.insist(`${chunks.base}index.json`, 'no-cache');
  try {
    return openLazyImage(JSON.parse(new TextDecoder().decode(bytes)), (name) => chunks.fetch(name));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'its index.json is no JSON' : error instanceof Error ? error.message : String(error);
    throw new MachineError('bad-option', `${chunks.base} is no image folder: ${why}`);
  }
}

/** Plain GETs for the chunks of one folder. */
class ChunkFetcher {
  readonly base: string;
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    url: string,
    private readonly report: ReportProgress,
    private readonly policy: FetchPolicy,
  ) {
    this.base = url.endsWith('/') ? url : `${url}/`;
  }

  /** A chunk, unpacked and compared with its name. @throws FetchError it does not come, or is damaged each time */
  async fetch(name: string): Promise<Uint8Array> {
    const url = `${this.base}chunks/${name}`;
    await this.turn();
    try {
      // What a name stands for never changes: a cached one need not be asked for again.
      return await this.insist(url, 'force-cache', (bytes) => unpack(bytes, name, url));
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.underWay--;
    }
  }

  /** Waits for a free place among the requests; who leaves hands it on. */
  private async turn(): Promise<void> {
    if (this.underWay >= this.policy.atOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.underWay++;
  }

  /** Asks again where that may help, and past the cache: what came first may be in it. @throws FetchError */
  async insist(
    url: string,
    cache: RequestCache,
    check: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array> = (bytes) => Promise.resolve(bytes),
  ): Promise<Uint8Array> {
    const { tries, backOffMs, idleMs, signal } = this.policy;
    for (let attempt = 1; ; attempt++) {
      let wait = backOffMs * 2 ** (attempt - 1);
      try {
        return await check(await fetchBytes(url, 'image', this.report, { cache: attempt === 1 ? cache : 'reload', idleMs, signal }));
      } catch (error) {
        if (attempt >= tries || signal?.aborted || !(error instanceof FetchError) || error.isFinal) throw error;
        wait = Math.max(wait, Math.min(error.retryAfterMs, LONGEST_WAIT_MS));
      }
      await pause(wait, signal);
    }
  }
}

/** Milliseconds, or until the signal. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** A server that knows .gz files may have had them unpacked on the way (Content-Encoding). @throws FetchError damaged */
async function unpack(bytes: Uint8Array<ArrayBuffer>, name: string, url: string): Promise<Uint8Array> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    const content = await gunzip(bytes);
    if (content && isChunk(name, content)) return content;
  }
  if (isChunk(name, bytes)) return bytes;
  throw new FetchError(url, `damaged: ${bytes.length} bytes came that are not what the name says`, false);
}

/** null: it is damaged. */
async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return null;
  }
}
