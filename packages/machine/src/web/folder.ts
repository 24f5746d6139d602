import type { ImageSource } from '@ring3/image/lazy';
import { openLazyFolder } from '../service/lazy-folder.js';
import type { ReportProgress } from '../service/progress.js';

/** An image folder by its URL. @throws MachineError fetch-failed, bad-option */
export function openFolder(
  url: string,
  report: ReportProgress,
  _damaged: (message: string) => void,
  signal?: AbortSignal,
): Promise<ImageSource> {
  return openLazyFolder(url, report, { signal });
}

/** A page has no files: all comes by URL. */
export async function localBytes(_url: string, _integrity?: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return null;
}
