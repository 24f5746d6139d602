import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { createGzip } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface ServerOptions {
  /** Folder that is served, or folders by URL prefix ('/' and '/images/'). */
  folder: string | Record<string, string>;
  /** Texts by URL path, before the folder: `{ '/index.html': '<!doctype html>…' }`. */
  pages?: Record<string, string>;
  /** Sends COOP and COEP, so that SharedArrayBuffer is there. Default false. */
  isolated?: boolean;
  /** Lets other origins read what it serves. Default false. */
  cors?: boolean;
  /** Content-Security-Policy of every answer. */
  csp?: string;
  headers?: Record<string, string>;
  /** Compresses as servers do: text and wasm, with Content-Encoding. Default false. */
  gzip?: boolean;
  /** 'localhost' (a secure context), or '127.0.0.1': another origin on the same machine. */
  host?: string;
  port?: number;
  /**
   * Called before each answer: milliseconds to wait, or what to do instead of answering: 'fail' ends the connection, 'hang' never
   * answers, a number as status sends that, `corrupt` answers with damaged bytes, `bytesPerSecond` slowly.
   */
  disturb?: (path: string, request: IncomingMessage) => Disturbance | undefined;
}

export type Disturbance =
  | { delay: number }
  | { fail: true }
  | { hang: true }
  | { status: number }
  | { corrupt: true }
  | { bytesPerSecond: number };

export interface TestServer {
  /** 'http://localhost:40123', without a slash at its end. */
  url: string;
  /** Paths asked for, in order, with their query. */
  requests: string[];
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** A static server for a test; it closes by itself when a test that started it ends, else call `close`. */
export async function serve(options: ServerOptions): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url!);
    void answer(options, request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    onTestFinished(close);
  } catch {
    // Not inside a test (beforeAll): the caller closes it.
  }
  return { url: `http://${options.host ?? 'localhost'}:${port}`, requests, close };
}

async function answer(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = decodeURIComponent(new URL(request.url!, 'http://any').pathname);
  const disturbance = options.disturb?.(path, request);
  if (disturbance && 'delay' in disturbance) await new Promise((resolve) => setTimeout(resolve, disturbance.delay));
  if (disturbance && 'hang' in disturbance) return;
  if (disturbance && 'fail' in disturbance) {
    response.destroy();
    return;
  }
  setHeaders(options, response);
  if (disturbance && 'status' in disturbance) {
    response.writeHead(disturbance.status).end();
    return;
  }
  const text = options.pages?.[path] ?? options.pages?.[`${path}index.html`];
  if (text !== undefined) {
    response.setHeader('content-type', types[extname(path)] ?? types['.html']!);
    send(options, request, response, Buffer.from(text), extname(path) || '.html');
    return;
  }
  const file = fileOf(options.folder, path);
  if (file === null) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    return;
  }
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
  if (disturbance && ('corrupt' in disturbance || 'bytesPerSecond' in disturbance)) await disturbed(file, response, disturbance);
  else send(options, request, response, createReadStream(file), extname(file));
}

function setHeaders(options: ServerOptions, response: ServerResponse): void {
  if (options.isolated) {
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
  }
  if (options.cors) response.setHeader('access-control-allow-origin', '*');
  if (options.csp) response.setHeader('content-security-policy', options.csp);
  for (const [name, value] of Object.entries(options.headers ?? {})) response.setHeader(name, value);
}

/** null: there is none. A folder is its index.html. */
function fileOf(folder: ServerOptions['folder'], path: string): string | null {
  const folders = typeof folder === 'string' ? { '/': folder } : folder;
  const prefix = Object.keys(folders)
    .filter((one) => path.startsWith(one))
    .toSorted((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return null;
  const inside = normalize(path.slice(prefix.length));
  if (inside.startsWith('..')) return null;
  let file = join(folders[prefix]!, inside);
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
  return existsSync(file) ? file : null;
}

function send(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | NodeJS.ReadableStream,
  extension: string,
): void {
  const packed = options.gzip && extension in types && String(request.headers['accept-encoding']).includes('gzip');
  if (packed) response.setHeader('content-encoding', 'gzip');
  if (Buffer.isBuffer(body)) {
    if (!packed) {
      response.end(body);
      return;
    }
    const gzip = createGzip();
    gzip.pipe(response);
    gzip.end(body);
    return;
  }
  body.on('error', (error: Error) => response.destroy(error));
  if (packed) body.pipe(createGzip()).pipe(response);
  else body.pipe(response);
}

async function disturbed(file: string, response: ServerResponse, how: { corrupt: true } | { bytesPerSecond: number }): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file)) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  response.setHeader('content-length', bytes.length);
  if ('corrupt' in how) {
    for (let at = bytes.length >> 1; at < bytes.length; at += 97) bytes[at]! ^= 0x5a;
    response.end(bytes);
    return;
  }
  const step = Math.max(1, how.bytesPerSecond >> 3);
  for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
    response.write(bytes.subarray(at, at + step));
    await new Promise((resolve) => setTimeout(resolve, 125));
  }
  response.end();
}
