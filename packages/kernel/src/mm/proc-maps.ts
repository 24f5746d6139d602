import type { Kernel } from '../kernel.js';
import { pathString } from '../vfs/d-path.js';
import { majorOf, minorOf } from '../vfs/dev-number.js';
import { gateVma } from './gate-vma.js';
import type { Mm, Vma } from './mm.js';
import { Vm } from './vm-flags.js';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Column where the name begins. */
const NAME_COLUMN = 73;

/** What stands in the last column (fs/proc/task_mmu.c: show_map_vma); '' = nothing. */
export function vmaName(k: Kernel, mm: Mm, vma: Vma): string {
  if (vma.file) return (vma.file.path ? pathString(k, vma.file.path) : vma.file.name).replaceAll('\n', '\\012');
  if (vma.name) return vma.name;
  if (vma.start <= mm.brk && vma.end >= mm.startBrk) return '[heap]';
  if (vma.start <= mm.startStack && vma.end >= mm.startStack) return '[stack]';
  return '';
}

/** One line of /proc/PID/maps, without its newline. */
export function mapsLine(k: Kernel, mm: Mm, vma: Vma): string {
  const { flags, file } = vma;
  const access = `${flags & Vm.Read ? 'r' : '-'}${flags & Vm.Write ? 'w' : '-'}${flags & Vm.Exec ? 'x' : '-'}${flags & Vm.MayShare ? 's' : 'p'}`;
  const dev = file ? file.inode.sb.dev : 0;
  const offset = file ? vma.pgoff * 4096 : 0;
  const ino = file ? file.inode.ino : 0;
  const line = `${hex(vma.start, 8)}-${hex(vma.end, 8)} ${access} ${hex(offset, 8)} ${hex(majorOf(dev), 2)}:${hex(minorOf(dev), 2)} ${ino} `;
  const name = vmaName(k, mm, vma);
  return name === '' ? line : line.padEnd(NAME_COLUMN) + name;
}

/** /proc/PID/maps */
export function mapsText(k: Kernel, mm: Mm): string {
  let text = '';
  for (const vma of mm.vmas) text += `${mapsLine(k, mm, vma)}\n`;
  return `${text}${mapsLine(k, mm, gateVma())}\n`;
}

/** /proc/PID/statm: size resident shared text lib data dt, pages. */
export function statmText(_k: Kernel, mm: Mm): string {
  const shared = mm.rssFile + mm.rssShmem;
  const text = Math.floor((mm.endCode + 4095) / 4096) - Math.floor(mm.startCode / 4096);
  return `${mm.totalVm} ${mm.rssAnon + shared} ${shared} ${text} 0 ${mm.dataVm + mm.stackVm} 0\n`;
}
