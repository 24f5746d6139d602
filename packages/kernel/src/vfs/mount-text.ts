import { Ms } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mount } from './path.js';
import { Path } from './path.js';
import { dentryString, pathString } from './d-path.js';
import { isSubdir } from './dcache.js';
import { majorOf, minorOf } from './dev-number.js';

/** Blanks in names become octal escapes. Linux: mangle. */
function mangle(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function mountOptions(mount: Mount): string {
  const words = [mount.flags & Ms.RDONLY || mount.sb.readOnly ? 'ro' : 'rw'];
  if (mount.flags & Ms.NOSUID) words.push('nosuid');
  if (mount.flags & Ms.NODEV) words.push('nodev');
  if (mount.flags & Ms.NOEXEC) words.push('noexec');
  if (mount.flags & Ms.NOATIME) words.push('noatime');
  if (mount.flags & Ms.NODIRATIME) words.push('nodiratime');
  if (mount.flags & Ms.RELATIME) words.push('relatime');
  return words.join(',');
}

/** The mounts that are reachable from `root`, each with its mountpoint's name. */
function visible(k: Kernel, root: Path): { mount: Mount; point: string }[] {
  const rows: { mount: Mount; point: string }[] = [];
  for (const mount of k.mounts.list) {
    if (!reachable(mount, root)) continue;
    rows.push({ mount, point: mangle(pathString(k, new Path(mount, mount === root.mount ? root.dentry : mount.root), root)) });
  }
  return rows;
}

function reachable(mount: Mount, root: Path): boolean {
  if (mount === root.mount) return true;
  for (let m = mount; m.parent && m.mountpoint; m = m.parent) {
    if (m.parent === root.mount && isSubdir(m.mountpoint, root.dentry)) return true;
  }
  return false;
}

/** /proc/PID/mountinfo (Linux: fs/proc_namespace.c: show_mountinfo). */
export function mountinfoText(k: Kernel, root: Path = k.current.fs.root): string {
  return visible(k, root)
    .map(({ mount, point }) => {
      const { sb } = mount;
      const superOptions = `${sb.readOnly ? 'ro' : 'rw'}${sb.options}`;
      const parent = mount.parent?.id ?? mount.id;
      return (
        `${mount.id} ${parent} ${majorOf(sb.dev)}:${minorOf(sb.dev)} ${mangle(dentryString(mount.root))} ${point} ${mountOptions(mount)}` +
        ` - ${sb.type} ${mangle(sb.source)} ${superOptions}\n`
      );
    })
    .join('');
}

/** /proc/PID/mounts (Linux: show_vfsmnt). */
export function mountsText(k: Kernel, root: Path = k.current.fs.root): string {
  return visible(k, root)
    .map(({ mount, point }) => `${mangle(mount.sb.source)} ${point} ${mount.sb.type} ${mountOptions(mount)}${mount.sb.options} 0 0\n`)
    .join('');
}
