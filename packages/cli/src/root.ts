import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import type { ImageSource } from '@ring3/image';
import { MachineError, type RootSource } from '@ring3/machine/engine';
import { findBaseImage } from './base-image.js';
import { CliError, CliStatus } from './cli-error.js';
import type { RunOptions } from './run-options.js';
import { megabytes } from './units.js';

type RootOption = Pick<RunOptions, 'root'>;

/** What an image could not give: the guest has had an I/O error for it. */
export function reportDamage(message: string): void {
  process.stderr.write(`ring3: ${message}\n`);
}

function isUrl(root: string): boolean {
  return /^https?:\/\//.test(root);
}

/** What --root names on this system, or the base image. @throws CliError */
export async function rootSource({ root }: RootOption): Promise<RootSource> {
  if (root === null) {
    const folder = findBaseImage();
    return folder ? { kind: 'image', image: await baseImage(folder) } : { kind: 'empty' };
  }
  if (isUrl(root)) throw new CliError(CliStatus.Failed, `--root ${root}: only commands that run a program take a URL`);
  if (!existsSync(root)) throw new CliError(CliStatus.Failed, `--root ${root}: no such file or directory`);
  try {
    if (!statSync(root).isDirectory()) return { kind: 'image', image: (await images()).openTarImage(readFileSync(root)) };
    if (isImageFolder(root)) return { kind: 'image', image: (await images()).openImageFolder(root, reportDamage) };
  } catch (error) {
    throw new CliError(CliStatus.Failed, `--root ${root}: neither a folder, a tar archive nor an image (${(error as Error).message})`);
  }
  return { kind: 'host', path: realpathSync(root) };
}

/** The same, or what --root names by URL: an image folder, whose files are fetched as they are touched, or an archive. @throws CliError */
export async function openRootSource(options: RootOption): Promise<RootSource> {
  const { root } = options;
  if (root === null || !isUrl(root)) return rootSource(options);
  const [{ ProgressLine }, { openRoot }] = await Promise.all([import('./pack/progress-line.js'), images()]);
  const progress = new ProgressLine();
  try {
    const kind = root.endsWith('/') ? 'folder' : 'archive';
    return await openRoot({ kind, url: root }, ({ file, loaded, total }) => {
      if (kind === 'archive') progress.show(() => `${file}: ${megabytes(loaded)}${total === null ? '' : ` of ${megabytes(total)}`}`);
    });
  } catch (error) {
    if (error instanceof MachineError) throw new CliError(CliStatus.Failed, `--root ${error.message}`);
    throw error;
  } finally {
    progress.end();
  }
}

/** Is it a packed image? A root may have a file index.json too. */
export function isImageFolder(folder: string): boolean {
  return existsSync(`${folder}/index.json`) && (existsSync(`${folder}/blob`) || existsSync(`${folder}/chunks`));
}

async function baseImage(folder: string): Promise<ImageSource> {
  const { openImageFolder } = await images();
  try {
    return openImageFolder(folder, reportDamage);
  } catch (error) {
    throw new CliError(CliStatus.Failed, `${folder} is no base image: ${(error as Error).message}`);
  }
}

/** What opens images; a run on the host's own files does without. */
function images(): Promise<typeof import('./images.js')> {
  return import('./images.js');
}
