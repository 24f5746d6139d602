import type { Kernel } from '../../kernel.js';
import type { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';
import { charDevices } from '../../vfs/device-drivers.js';
import { filesystemsText } from '../../vfs/filesystems.js';
import { UTS } from '../../uts.js';
import { cpuinfoText } from './cpuinfo.js';
import { loadavgText, statText, uptimeText } from './cpu-times.js';
import { KpageFile } from './kpage.js';
import { locksText } from './lock-list.js';
import { meminfoText } from './meminfo.js';
import { vmstatText } from './vmstat.js';

/** A file of /proc itself. */
export interface RootFile {
  mode: number;
  text?(k: Kernel): string;
  open?(flags: number, inode: Inode): File;
}

/** fs/proc/version.c */
function versionText(): string {
  return `${UTS.sysname} version ${UTS.release} (ring3@ring3) (AssemblyScript and TypeScript) ${UTS.version}\n`;
}

/** fs/proc/devices.c */
function devicesText(): string {
  const rows = charDevices().map(({ major, name }) => `${String(major).padStart(3)} ${name}\n`);
  return `Character devices:\n${rows.join('')}\nBlock devices:\n`;
}

const readable = (text: (k: Kernel) => string): RootFile => ({ mode: 0o444, text });

/** There are no block devices and no swap: tables of them are empty, that of partitions without its header, as in Linux. */
export const ROOT_FILES: ReadonlyMap<string, RootFile> = new Map<string, RootFile>([
  ['cmdline', readable(() => '\n')],
  ['cpuinfo', readable(cpuinfoText)],
  ['devices', readable(devicesText)],
  ['diskstats', readable(() => '')],
  ['execdomains', readable(() => '0-0\tLinux           \t[kernel]\n')],
  ['filesystems', readable(filesystemsText)],
  ['kpagecount', { mode: 0o400, open: (flags, inode) => new KpageFile(flags, inode, 'count') }],
  ['kpageflags', { mode: 0o400, open: (flags, inode) => new KpageFile(flags, inode, 'flags') }],
  ['loadavg', readable(loadavgText)],
  ['locks', readable(locksText)],
  ['meminfo', readable(meminfoText)],
  ['partitions', readable(() => '')],
  ['stat', readable(statText)],
  ['swaps', readable(() => 'Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n')],
  ['uptime', readable(uptimeText)],
  ['version', readable(versionText)],
  ['vmstat', readable(vmstatText)],
]);
