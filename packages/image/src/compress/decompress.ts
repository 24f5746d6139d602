import { gunzipSync } from 'fflate';
import { decompress as unzstd } from 'fzstd';
import { isXz, unxz } from './xz.js';

/** Unpacks by the magic number: xz, gzip, zstd; anything else is returned as it is. @throws Error damaged data */
export function decompress(bytes: Uint8Array): Uint8Array {
  if (isXz(bytes)) return unxz(bytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd) return unzstd(bytes);
  return bytes;
}
