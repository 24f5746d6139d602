import { Seek } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from './file.js';
import { EINVAL, ENXIO } from '../errno.js';
import { MAX_FILE_SIZE } from './attr.js';

/** Sets f_pos; the file is taken as one piece of data with a hole at its end. Linux: generic_file_llseek. @throws EINVAL ENXIO */
export function genericLlseek(k: Kernel, file: File, offset: number, whence: number): number {
  let pos: number;
  switch (whence) {
    case Seek.SET:
      pos = offset;
      break;
    case Seek.CUR:
      pos = file.pos + offset;
      break;
    case Seek.END:
      file.inode.refresh(k);
      pos = file.inode.size + offset;
      break;
    case Seek.DATA:
    case Seek.HOLE:
      file.inode.refresh(k);
      if (offset < 0 || offset >= file.inode.size) throw ENXIO;
      pos = whence === Seek.DATA ? offset : file.inode.size;
      break;
    default:
      throw EINVAL;
  }
  if (pos < 0 || pos > MAX_FILE_SIZE) throw EINVAL;
  file.pos = pos;
  return pos;
}
