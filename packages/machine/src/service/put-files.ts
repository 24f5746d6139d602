import type { GuestFiles } from '../engine/guest-files.js';
import { MachineError } from '../engine/options.js';
import type { FileSpec } from '../protocol.js';
import { fetchBytes, type ReportProgress } from './progress.js';

/** Fetches what has to be fetched, all at once, and puts the files into the guest. @throws MachineError fetch-failed, file-error, bad-option */
export async function putFiles(guest: GuestFiles, files: readonly FileSpec[], report: ReportProgress): Promise<void> {
  const contents = await Promise.all(
    files.map(({ content }) => (content instanceof Uint8Array ? content : fetchBytes(content.url, 'file', report))),
  );
  files.forEach(({ path, mode }, i) => {
    if (!path.startsWith('/')) throw new MachineError('bad-option', `the file '${path}' needs an absolute path in the guest`);
    const bytes = contents[i]!;
    guest.write(path, bytes, mode ?? (isProgram(bytes) ? 0o755 : 0o644));
  });
}

/** An ELF file, or one that begins with #!. */
function isProgram(bytes: Uint8Array): boolean {
  const elf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  return elf || (bytes[0] === 0x23 && bytes[1] === 0x21);
}
