import { EINVAL } from '../../errno.js';
import type { TmpfsOptions } from './tmpfs-super.js';

/** A count with k, m or g behind it. @throws EINVAL */
function scaled(text: string): number {
  const match = /^(\d+)([kmg]?)$/i.exec(text);
  if (!match) throw EINVAL;
  return Number(match[1]) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2]!.toLowerCase()]!;
}

/** Options of mount -t tmpfs -o: size, nr_blocks, nr_inodes, mode, uid, gid. Linux: shmem_parse_options. @throws EINVAL */
export function parseTmpfsOptions(data: string): TmpfsOptions {
  const options: TmpfsOptions = {};
  for (const word of data.split(',').filter((w) => w !== '')) {
    const [key, value = ''] = word.split('=', 2);
    switch (key) {
      case 'size':
        options.size = scaled(value);
        break;
      case 'nr_blocks':
        options.size = scaled(value) * 4096;
        break;
      case 'nr_inodes':
        options.inodes = scaled(value);
        break;
      case 'mode':
        if (!/^[0-7]+$/.test(value)) throw EINVAL;
        options.mode = parseInt(value, 8) & 0o7777;
        break;
      case 'uid':
        options.uid = scaled(value);
        break;
      case 'gid':
        options.gid = scaled(value);
        break;
      case 'mpol':
      case 'huge':
        break;
      default:
        throw EINVAL;
    }
  }
  return options;
}
