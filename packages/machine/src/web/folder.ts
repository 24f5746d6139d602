import type { ImageSource } from '@ring3/image';
import { MachineError } from '../engine/options.js';
import type { ReportProgress } from '../service/progress.js';

/** An image folder by its URL. */
export async function openFolder(url: string, _report: ReportProgress): Promise<ImageSource> {
  throw new MachineError('bad-option', `${url}: image folders cannot be fetched`);
}
