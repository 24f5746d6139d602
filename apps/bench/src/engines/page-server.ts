import { createReadStream, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { pageFolder } from '../places.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Serves the page, and below /programs/ those files that were `offered`. */
export class PageServer {
  private readonly programs = new Map<string, string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<PageServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, 'localhost', () => resolve());
    });
    const pages = new PageServer(server);
    server.on('request', (request, response) => {
      const { pathname } = new URL(request.url!, 'http://any');
      const file = pages.programs.get(pathname) ?? join(pageFolder, normalize(pathname));
      if (!file.startsWith('/') || !existsSync(file)) {
        response.writeHead(404).end();
        return;
      }
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
      createReadStream(file)
        .on('error', (error) => response.destroy(error))
        .pipe(response);
    });
    return pages;
  }

  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}/`;
  }

  /** @returns the file's path for a page */
  offer(name: string, file: string): string {
    this.programs.set(`/programs/${name}`, file);
    return `/programs/${name}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }
}
