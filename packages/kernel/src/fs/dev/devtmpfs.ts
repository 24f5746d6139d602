import { FsMagic, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { registerState } from '../../state.js';
import { makeDev } from '../../vfs/dev-number.js';
import { registerFilesystem } from '../../vfs/filesystems.js';
import { TmpfsSuper } from '../tmpfs/tmpfs-super.js';
import './mem-devices.js';

/** Consoles that have a node: /dev/tty1 … */
const CONSOLES = 63;

/** [name, permissions, major, minor] of the character devices (devtmpfs and udev's usual permissions). */
const devices: readonly (readonly [string, number, number, number])[] = [
  ['null', 0o666, 1, 3],
  ['zero', 0o666, 1, 5],
  ['full', 0o666, 1, 7],
  ['random', 0o666, 1, 8],
  ['urandom', 0o666, 1, 9],
  ['tty', 0o666, 5, 0],
  ['console', 0o600, 5, 1],
  ['ptmx', 0o666, 5, 2],
  ...Array.from({ length: CONSOLES }, (_, i) => [`tty${i + 1}`, 0o620, 4, i + 1] as const),
];

const links: readonly (readonly [string, string])[] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
];

/** The machine's one devtmpfs with its nodes, and the directories that others are mounted on. */
export function createDevtmpfs(k: Kernel): DevtmpfsSuper {
  const mounted = k.mounts.list.find(({ sb }) => sb instanceof DevtmpfsSuper);
  if (mounted) return mounted.sb as DevtmpfsSuper;
  const sb = new DevtmpfsSuper(k.nextId.dev++, 'devtmpfs', 'devtmpfs', FsMagic.TMPFS, 0, 0, 0o755);
  const root = sb.newInode(k, S.IFDIR | 0o755);
  const now = k.clock.realtime(k);
  root.updateTimes(k, { atime: now, mtime: now, ctime: now });
  sb.root = root;
  const { cred } = k.current;
  for (const [name, mode, major, minor] of devices) root.mknod(k, name, S.IFCHR | mode, makeDev(major, minor), cred);
  for (const [name, target] of links) root.symlink(k, name, target, cred);
  root.mkdir(k, 'pts', S.IFDIR | 0o755, cred);
  root.mkdir(k, 'shm', S.IFDIR | 0o1777, cred);
  return sb;
}

export class DevtmpfsSuper extends TmpfsSuper {}
registerState('DevtmpfsSuper', DevtmpfsSuper);
registerFilesystem('devtmpfs', createDevtmpfs);
