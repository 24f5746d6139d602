import { createReadStream, realpathSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.htm': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.c': 'text/plain; charset=utf-8',
  '.s': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.pdf': 'application/pdf',
  '.tar': 'application/x-tar',
  '.gz': 'application/gzip',
  '.tgz': 'application/gzip',
  '.xz': 'application/x-xz',
  '.zst': 'application/zstd',
  '.deb': 'application/vnd.debian.binary-package',
};

/** Chunks of an image are named by what they hold. */
const IMMUTABLE = /\/chunks\/[0-9a-f]{32}\.gz$/;

export interface StaticServerOptions {
  /** Send the headers that isolate a page: it may then share memory with its workers. */
  isolate: boolean;
  /** Refuse requests that name another host: a page of another site that has its name point here. */
  localOnly: boolean;
}

/**
 * Serves the files below a folder, and nothing else: hidden files, and links that lead out of it, are not there. .gz files go out as they
 * are, without Content-Encoding. @throws Node's error: no such folder
 */
export function createStaticServer(folder: string, options: StaticServerOptions): Server {
  const root = realpathSync(folder);
  return createServer((request, response) => {
    answer(root, options, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'the file could not be read');
    });
  });
}

async function answer(
  root: string,
  { isolate, localOnly }: StaticServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (isolate) {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  }
  if (localOnly && !isLocal(request.headers.host)) return refuse(response, 403, 'this server is for localhost');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'only GET and HEAD');
  }
  const [encoded = '/', query] = (request.url ?? '/').split('?', 2);
  const path = decode(encoded);
  if (path === null) return refuse(response, 400, 'bad path');
  const found = await find(root, path);
  if (!found) return refuse(response, 404, 'not found');
  if (found.isFolder) {
    // Relative, so that no path can lead to another host.
    response.setHeader('Location', `./${encoded.slice(encoded.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`);
    return refuse(response, 301, 'a folder');
  }
  const etag = `"${found.size.toString(16)}-${Math.floor(found.mtimeMs).toString(16)}"`;
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', IMMUTABLE.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const type = TYPES[extname(found.path).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': found.size });
  if (request.method === 'HEAD') response.end();
  // A file that shrinks meanwhile cannot keep its length: the transfer breaks off.
  else
    createReadStream(found.path)
      .on('error', () => response.destroy())
      .pipe(response);
}

function isLocal(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/** null: no path that a file could have. */
function decode(encoded: string): string | null {
  try {
    const path = decodeURIComponent(encoded);
    return path.startsWith('/') && !path.includes('\0') ? path : null;
  } catch {
    return null;
  }
}

interface Found {
  path: string;
  size: number;
  mtimeMs: number;
  /** A folder that was named without its '/'. */
  isFolder: boolean;
}

async function find(root: string, path: string): Promise<Found | null> {
  const parts = path.split('/').filter(Boolean);
  if (parts.some((part) => part.startsWith('.') || part.includes('\\'))) return null;
  const named = join(root, ...parts);
  try {
    let at = await realpath(named);
    let info = await stat(at);
    if (info.isDirectory() && !path.endsWith('/')) return isWithin(root, at) ? { path: at, size: 0, mtimeMs: 0, isFolder: true } : null;
    if (info.isDirectory()) {
      at = await realpath(join(at, 'index.html'));
      info = await stat(at);
    } else if (path.endsWith('/')) return null;
    return isWithin(root, at) && info.isFile() ? { path: at, size: info.size, mtimeMs: info.mtimeMs, isFolder: false } : null;
  } catch {
    return null;
  }
}

function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.removeHeader('ETag');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }).end(`${status} ${why}\n`);
}
