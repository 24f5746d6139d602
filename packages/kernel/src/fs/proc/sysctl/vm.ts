import type { Kernel } from '../../../kernel.js';
import { dropPageCache } from '../../../mm/reclaim.js';
import type { VmState } from '../../../mm/vm-state.js';
import { fixedSysctl, intSysctl, type Sysctl } from './row.js';

/** Fields of VmState that are sysctls. */
type Field =
  | 'adminReserveKbytes'
  | 'legacyVaLayout'
  | 'maxMapCount'
  | 'mmapMinAddr'
  | 'oomKillAllocatingTask'
  | 'overcommitKbytes'
  | 'overcommitMemory'
  | 'overcommitRatio'
  | 'unprivilegedUserfaultfd'
  | 'userReserveKbytes';

function vmSysctl(name: string, field: Field & keyof VmState, min: number, max = 0x7fff_ffff): Sysctl {
  return intSysctl(
    `vm/${name}`,
    (k) => k.vm[field],
    (k, value) => void (k.vm[field] = value),
    min,
    max,
  );
}

function dropCaches(k: Kernel, value: number): void {
  k.vm.dropCaches = value;
  // Bit 1 is for dentries and inodes, which hold no frames.
  if (value & 1) dropPageCache(k);
}

const INT_MIN = -0x8000_0000;

/**
 * /proc/sys/vm (kernel/sysctl.c: vm_table), what there is something to say about. There is no swap, so that its rows say what is so
 * without it; and dirty pages are written back when they are asked for or in the way, not by time or share.
 */
export const VM_SYSCTLS: readonly Sysctl[] = [
  vmSysctl('admin_reserve_kbytes', 'adminReserveKbytes', 0),
  intSysctl('vm/drop_caches', (k) => k.vm.dropCaches, dropCaches, 1, 4),
  vmSysctl('legacy_va_layout', 'legacyVaLayout', INT_MIN),
  vmSysctl('max_map_count', 'maxMapCount', 0),
  vmSysctl('mmap_min_addr', 'mmapMinAddr', 0),
  vmSysctl('oom_kill_allocating_task', 'oomKillAllocatingTask', INT_MIN),
  vmSysctl('overcommit_kbytes', 'overcommitKbytes', 0),
  vmSysctl('overcommit_memory', 'overcommitMemory', 0, 2),
  vmSysctl('overcommit_ratio', 'overcommitRatio', INT_MIN),
  intSysctl(
    'vm/page-cluster',
    (k) => k.sysctls.pageCluster,
    (k, value) => void (k.sysctls.pageCluster = value),
    0,
  ),
  fixedSysctl('vm/panic_on_oom', () => 0, 0o644),
  intSysctl(
    'vm/swappiness',
    (k) => k.sysctls.swappiness,
    (k, value) => void (k.sysctls.swappiness = value),
    0,
    100,
  ),
  vmSysctl('unprivileged_userfaultfd', 'unprivilegedUserfaultfd', 0, 1),
  vmSysctl('user_reserve_kbytes', 'userReserveKbytes', 0),
];
