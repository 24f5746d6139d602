import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What a server makes of one request. */
export type Behaviour =
  | 'serve'
  /** Nothing comes, the connection stays. */
  | 'stall'
  | 'reset'
  /** Half of it, then the connection ends. */
  | 'truncate'
  /** Some bytes are others. */
  | 'corrupt'
  /** Content-Encoding: gzip, as servers do that know what .gz is. */
  | 'encode'
  /** It was unpacked on the way, and nobody says so. */
  | 'unpack'
  /** An HTTP status. */
  | number;

/** A static server of one folder that counts, and that fails as it is told. It knows no ranges. */
export class ImageServer {
  /** Paths in the order of their requests. */
  readonly requests: string[] = [];
  bytes = 0;
  /** The most requests that were under way at one time. */
  mostAtOnce = 0;
  /** Milliseconds before each answer. */
  delay = 0;
  /** @param times how often the path was asked for, this time included */
  behave: (path: string, times: number) => Behaviour = () => 'serve';
  headers: Record<string, string> = {};
  underWay = 0;
  private readonly server: Server;

  constructor(private readonly folder: string) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  forget(): void {
    this.requests.length = 0;
    this.bytes = this.mostAtOnce = this.delay = 0;
    this.behave = () => 'serve';
    this.headers = {};
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get chunkRequests(): string[] {
    return this.requests.filter((path) => path.startsWith('/chunks/'));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    this.requests.push(path);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    response.on('close', () => this.underWay--);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    const behaviour = this.behave(path, this.requests.filter((other) => other === path).length);
    const file = join(this.folder, path);
    if (behaviour === 'stall') return;
    if (behaviour === 'reset') return void response.destroy();
    if (typeof behaviour === 'number') return void response.writeHead(behaviour, this.headers).end('no');
    if (!existsSync(file)) return void response.writeHead(404).end('no');
    let bytes = Uint8Array.from(readFileSync(file));
    if (behaviour === 'unpack') bytes = Uint8Array.from(gunzipSync(bytes));
    if (behaviour === 'corrupt') for (let at = 20; at < bytes.length; at += 997) bytes[at]! ^= 0x55;
    response.writeHead(200, {
      ...this.headers,
      'Content-Length': bytes.length,
      ...(behaviour === 'encode' && path.endsWith('.gz') ? { 'Content-Encoding': 'gzip' } : {}),
    });
    this.bytes += bytes.length;
    if (behaviour !== 'truncate') return void response.end(bytes);
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  }
}
