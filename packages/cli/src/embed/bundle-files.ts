import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CliError, CliStatus } from '../cli-error.js';

/** The folder with ring3.js and what it loads (@ring3/element). @throws CliError it was not built */
function bundleFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@ring3/element/ring3.js'));
  } catch {
    throw new CliError(CliStatus.Failed, 'the files of a page are not there: @ring3/element has to be installed, and in a checkout built');
  }
}

/** Names of the files that a page with ring3.js may load, itself among them. */
export function pageFiles(): { name: string; path: string }[] {
  const folder = bundleFolder();
  const names = readdirSync(folder).filter((name) => /^ring3(-(?!standalone|entry)[\w-]+)?\.js$|^core\.wasm$/.test(name));
  return names.map((name) => ({ name, path: join(folder, name) }));
}

/** One file of it. @throws CliError */
export function bundleFile(name: string): Buffer {
  const path = join(bundleFolder(), name);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(CliStatus.Failed, `${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
