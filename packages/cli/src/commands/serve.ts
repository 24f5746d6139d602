import { existsSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { CliError, CliStatus, HelpRequested, usageError } from '../cli-error.js';
import { createStaticServer } from '../serve/static-server.js';
import { parseCount } from '../units.js';
import type { Command } from './command.js';

const flags = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  coi: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} satisfies ParseArgsConfig['options'];

const DEFAULT_PORT = 8000;
/** Where --port says nothing, so many ports are tried. */
const PORTS = 20;
const LOCAL = ['localhost', '127.0.0.1', '::1'];

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError((error as Error).message.split('\n')[0]!.split('. ')[0]!);
  }
}

/** @throws Node's error, as EADDRINUSE */
function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** @throws CliError no port is free */
async function listenSomewhere(server: Server, asked: number | null, host: string): Promise<void> {
  const last = asked ?? DEFAULT_PORT + PORTS - 1;
  for (let port = asked ?? DEFAULT_PORT; ; port++) {
    try {
      return await listen(server, port, host);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EADDRINUSE' && port < last) continue;
      throw new CliError(CliStatus.Failed, code === 'EADDRINUSE' ? `port ${port} is in use` : `port ${port}: ${message}`);
    }
  }
}

export const serveCommand: Command = {
  synopsis: 'serve [OPTION…] [DIR]',
  summary: 'a small web server for pages and images of DIR',
  help: `Serves the files below DIR (default: here) and prints where. Hidden files, and links that lead out of DIR, are not there.

  -p, --port N           the port; 0: any that is free (default: the first free one from ${DEFAULT_PORT} on)
      --host ADDRESS     listen there (default: localhost, which only this system reaches)
      --coi              isolate pages from other origins (COOP and COEP headers): they may share memory

For trying things out: it neither compresses nor encrypts. It runs until SIGINT or SIGTERM.
`,
  async run(args) {
    const { values, positionals } = parse(args);
    if (values.help) throw new HelpRequested();
    const [folder = '.', ...more] = positionals;
    if (more.length > 0) throw usageError('serve: one DIR at a time');
    if (!existsSync(folder)) throw new CliError(CliStatus.Failed, `${folder}: no such file or directory`);
    if (!statSync(folder).isDirectory()) throw new CliError(CliStatus.Failed, `${folder}: not a folder`);
    const port = values.port === undefined ? null : parseCount('--port', values.port);
    if (port !== null && port > 65_535) throw usageError(`--port: ${port} is no port`);
    const host = values.host ?? 'localhost';

    const server = createStaticServer(folder, { isolate: values.coi === true, localOnly: LOCAL.includes(host) });
    await listenSomewhere(server, port, host);
    const shown = host.includes(':') ? `[${host}]` : host;
    process.stdout.write(`http://${shown}:${(server.address() as AddressInfo).port}/\n`);
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    server.close();
    server.closeAllConnections();
    return 0;
  },
};
