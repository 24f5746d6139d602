import { PageSize, Sig, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { kernelInfo, sendSignal } from '../signal/send.js';
import { fatalSignalPending } from '../signal/pending.js';
import type { Task } from '../task/task.js';
import { rssOf, totalRamPages } from './account.js';
import type { Mm } from './mm.js';
import { pageTableBytes } from './page-tables.js';
import { Vm } from './vm-flags.js';
import { zapRange } from './zap.js';

/** oom_score_adj that takes a process out of the choice (OOM_SCORE_ADJ_MIN). */
const NEVER = -1000;

/** The thread of a process that still has its address space; a leader may have ended before (find_lock_task_mm). */
function withMm(leader: Task): Task | undefined {
  for (const thread of leader.signal.threads) if (thread.mm) return thread;
  return undefined;
}

/**
 * mm/oom_kill.c: oom_badness. What killing the process would free, in pages, shifted by its oom_score_adj; 0: it is not to be killed.
 */
export function oomBadness(k: Kernel, leader: Task): number {
  if (leader === k.init || leader.flags & TaskFlag.KTHREAD) return 0;
  const mm = withMm(leader)?.mm;
  const adjust = leader.signal.oomScoreAdj;
  // A vfork's child borrows the address space of its parent, which is the one to judge.
  if (!mm || mm.oomReaped || adjust === NEVER || leader.vforkDone) return 0;
  const points = rssOf(mm) + Math.floor(pageTableBytes(k, mm) / PageSize.Bytes);
  return Math.max(1, points + adjust * Math.floor(totalRamPages(k) / 1000));
}

/**
 * mm/oom_kill.c: out_of_memory. No frame is free and nothing can be reclaimed: kills the process with the highest badness, and takes
 * its private memory at once (oom_reaper). @returns true when there may be frames now; false when the current task itself has to
 * die first, or nobody can be killed
 */
export function outOfMemory(k: Kernel): boolean {
  if (fatalSignalPending(k.current) || k.current.flags & TaskFlag.EXITING) return false;
  const allocates = k.vm.oomKillAllocatingTask !== 0 && oomBadness(k, k.current.groupLeader) > 0;
  const victim = allocates ? k.current.groupLeader : selectVictim(k);
  const mm = victim && withMm(victim)?.mm;
  if (!mm) return false;
  k.platform.debug('oom', `out of memory: killed process ${victim.tgid} (${victim.comm}), resident ${rssOf(mm) * 4} kB`);
  k.vm.oomKills++;
  const own = k.current.mm === mm;
  // Whoever shares the address space would keep it alive.
  for (const leader of k.pids.processes()) {
    if (leader === k.init || withMm(leader)?.mm !== mm) continue;
    leader.signal.oomKilled = true;
    sendSignal(k, leader, kernelInfo(Sig.KILL), true);
  }
  if (own) return false;
  reap(k, mm);
  return true;
}

/** select_bad_process: of equals the first. */
function selectVictim(k: Kernel): Task | null {
  let chosen: Task | null = null;
  let most = 0;
  for (const leader of k.pids.processes()) {
    const points = oomBadness(k, leader);
    if (points <= most) continue;
    chosen = leader;
    most = points;
  }
  return chosen;
}

/** __oom_reap_task_mm: what only the victim can see. It will not run in user mode again. */
function reap(k: Kernel, mm: Mm): void {
  mm.oomReaped = true;
  for (const vma of mm.vmas) {
    if (vma.flags & (Vm.Locked | Vm.HugeTlb | Vm.PfnMap)) continue;
    if (!vma.file || !(vma.flags & Vm.Shared)) zapRange(k, mm, vma, vma.start, vma.end);
  }
}
