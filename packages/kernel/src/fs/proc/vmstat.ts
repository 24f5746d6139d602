import { Cpu, MemoryMap, Stat } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { totalRamPages } from '../../mm/account.js';
import { freeFrames } from '../../mm/frames.js';
import { addressSpaces, frameUse } from './meminfo.js';

function counter(k: Kernel, stat: Stat): number {
  const at = MemoryMap.Cpu + Cpu.Stats + stat * 8;
  return k.core.view.getUint32(at + 4, true) * 0x1_0000_0000 + k.core.view.getUint32(at, true);
}

/** /proc/vmstat: mm/vmstat.c: vmstat_text, in its order, the rows that are counted. Memory is one zone, which is below 4 GiB. */
export function vmstatText(k: Kernel): string {
  const { vm } = k;
  const { anon, mapped } = frameUse(k);
  const { locked, tables } = addressSpaces(k);
  const free = freeFrames(k);
  const allocated = counter(k, Stat.FramesAllocated);
  const rows: [string, number][] = [
    ['nr_free_pages', free],
    ['nr_mlock', locked],
    ['nr_page_table_pages', tables],
    ['nr_unevictable', locked],
    ['nr_anon_pages', anon],
    ['nr_mapped', mapped],
    ['nr_file_pages', vm.cachedPages],
    ['nr_dirty', k.pageCache.dirtyPages],
    ['nr_writeback', 0],
    ['nr_shmem', vm.shmemPages],
    ['pgpgin', vm.pagesIn * 4],
    ['pgpgout', vm.pagesOut * 4],
    ['pswpin', 0],
    ['pswpout', 0],
    ['pgalloc_dma32', allocated],
    ['pgfree', allocated - (totalRamPages(k) - free)],
    ['pglazyfree', vm.pagesLazyFree],
    ['pgfault', vm.pgFault],
    ['pgmajfault', vm.pgMajFault],
    ['pglazyfreed', vm.pagesLazyFreed],
    ['oom_kill', vm.oomKills],
  ];
  return rows.map(([name, value]) => `${name} ${value}\n`).join('');
}
