import { readFileSync, statSync } from 'node:fs';
import type { ImageSource } from '@ring3/image';
import { MachineError } from '../engine/options.js';
import { openLazyFolder } from '../service/lazy-folder.js';
import type { ReportProgress } from '../service/progress.js';
import { openImageFolder, openTarImage } from './images.js';

/** An image folder by its URL or path, or an archive by its path. @throws MachineError bad-option */
export async function openFolder(path: string, report: ReportProgress): Promise<ImageSource> {
  if (/^https?:/.test(path)) return openLazyFolder(path, report);
  try {
    return statSync(path).isDirectory() ? openImageFolder(path) : openTarImage(readFileSync(path));
  } catch (error) {
    throw new MachineError('bad-option', `root ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
