import { existsSync, readFileSync, statSync } from 'node:fs';
import { type HostStreams, MachineEngine, MachineError, nodeHost } from '@ring3/machine/engine';
import { findBaseImage } from './base-image.js';
import { CliError, CliStatus } from './cli-error.js';
import { rootSource } from './root.js';

/** Streams of a machine that runs nothing. */
const noStreams: HostStreams = { write: () => true, wanted: () => {}, consumed: () => {}, closed: () => {} };

/** A machine whose files are looked at. */
async function machineAt(root: string | null): Promise<MachineEngine> {
  try {
    return MachineEngine.create(nodeHost, { root: await rootSource({ root }) }, noStreams);
  } catch (error) {
    if (error instanceof MachineError) throw new CliError(CliStatus.Failed, error.message);
    throw error;
  }
}

async function guestFile(path: string, root: string | null): Promise<Uint8Array> {
  const { files } = await machineAt(root);
  const cwd = root === '/' ? process.cwd() : '/';
  if (!files.exists(path, cwd)) throw new CliError(CliStatus.NotFound, `${path}: no such file in the guest`);
  if (files.isDirectory(path, cwd)) throw new CliError(CliStatus.Failed, `${path}: is a directory`);
  return files.read(path, cwd);
}

/**
 * The bytes of a file that a command shows: in the guest that --root names; without it a path of the host, or else one of the base
 * image.
 * @throws CliError
 */
export async function readGivenFile(path: string, root: string | null): Promise<Uint8Array> {
  if (root !== null) return guestFile(path, root);
  if (!existsSync(path)) {
    if (!findBaseImage()) throw new CliError(CliStatus.NotFound, `${path}: no such file`);
    return guestFile(path, null);
  }
  if (!statSync(path).isFile()) throw new CliError(CliStatus.Failed, `'${path}' is not an ordinary file`);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(CliStatus.Failed, `${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
