import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MachineError } from '../engine/options.js';
import type { CheckedJob, Content } from './job.js';

/** @throws MachineError not-found */
export function contentBytes(content: Content, { folder }: Pick<CheckedJob, 'folder'>): Uint8Array {
  if ('text' in content) return new TextEncoder().encode(content.text);
  if ('base64' in content) return Buffer.from(content.base64, 'base64');
  return hostFile(content.host, folder);
}

/** A file of the host; a relative path starts at `folder`. @throws MachineError not-found */
export function hostFile(path: string, folder: string): Uint8Array {
  const at = resolve(folder, path);
  try {
    return readFileSync(at);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = { ENOENT: 'no such file on the host', EISDIR: 'is a folder', EACCES: 'permission denied' };
    throw new MachineError('not-found', `${at}: ${reasons[code ?? ''] ?? message}`);
  }
}
