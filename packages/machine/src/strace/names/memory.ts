import { Madv, MapFlag, Mcl, Membarrier, Mlock, Mremap, Msync, Prot } from '@ring3/abi';
import { table } from '../flags.js';

export const protBits = table(
  'PROT_???',
  [Prot.None, 'PROT_NONE'],
  [Prot.Read, 'PROT_READ'],
  [Prot.Write, 'PROT_WRITE'],
  [Prot.Exec, 'PROT_EXEC'],
  [Prot.Sem, 'PROT_SEM'],
  [Prot.GrowsDown, 'PROT_GROWSDOWN'],
  [Prot.GrowsUp, 'PROT_GROWSUP'],
);

/** The low four bits: one value. */
export const mapTypes = table(
  'MAP_???',
  [0, 'MAP_FILE'],
  [MapFlag.Shared, 'MAP_SHARED'],
  [MapFlag.Private, 'MAP_PRIVATE'],
  [MapFlag.SharedValidate, 'MAP_SHARED_VALIDATE'],
);

export const mapBits = table(
  'MAP_???',
  [MapFlag.Fixed, 'MAP_FIXED'],
  [MapFlag.Anonymous, 'MAP_ANONYMOUS'],
  [MapFlag.Bit32, 'MAP_32BIT'],
  [MapFlag.NoReserve, 'MAP_NORESERVE'],
  [MapFlag.Populate, 'MAP_POPULATE'],
  [MapFlag.NonBlock, 'MAP_NONBLOCK'],
  [MapFlag.GrowsDown, 'MAP_GROWSDOWN'],
  [MapFlag.DenyWrite, 'MAP_DENYWRITE'],
  [MapFlag.Executable, 'MAP_EXECUTABLE'],
  [MapFlag.Locked, 'MAP_LOCKED'],
  [MapFlag.Stack, 'MAP_STACK'],
  [MapFlag.HugeTlb, 'MAP_HUGETLB'],
  [MapFlag.Sync, 'MAP_SYNC'],
  [MapFlag.FixedNoReplace, 'MAP_FIXED_NOREPLACE'],
);

export const madviseValues = table(
  'MADV_???',
  [Madv.Normal, 'MADV_NORMAL'],
  [Madv.Random, 'MADV_RANDOM'],
  [Madv.Sequential, 'MADV_SEQUENTIAL'],
  [Madv.WillNeed, 'MADV_WILLNEED'],
  [Madv.DontNeed, 'MADV_DONTNEED'],
  [Madv.Free, 'MADV_FREE'],
  [Madv.Remove, 'MADV_REMOVE'],
  [Madv.DontFork, 'MADV_DONTFORK'],
  [Madv.DoFork, 'MADV_DOFORK'],
  [Madv.Mergeable, 'MADV_MERGEABLE'],
  [Madv.Unmergeable, 'MADV_UNMERGEABLE'],
  [Madv.HugePage, 'MADV_HUGEPAGE'],
  [Madv.NoHugePage, 'MADV_NOHUGEPAGE'],
  [Madv.DontDump, 'MADV_DONTDUMP'],
  [Madv.DoDump, 'MADV_DODUMP'],
  [Madv.WipeOnFork, 'MADV_WIPEONFORK'],
  [Madv.KeepOnFork, 'MADV_KEEPONFORK'],
  [Madv.Cold, 'MADV_COLD'],
  [Madv.PageOut, 'MADV_PAGEOUT'],
  [Madv.HwPoison, 'MADV_HWPOISON'],
  [Madv.SoftOffline, 'MADV_SOFT_OFFLINE'],
);

export const mremapBits = table('MREMAP_???', [Mremap.MayMove, 'MREMAP_MAYMOVE'], [Mremap.Fixed, 'MREMAP_FIXED']);
export const msyncBits = table('MS_???', [Msync.Sync, 'MS_SYNC'], [Msync.Async, 'MS_ASYNC'], [Msync.Invalidate, 'MS_INVALIDATE']);
export const mlockallBits = table('MCL_???', [Mcl.Current, 'MCL_CURRENT'], [Mcl.Future, 'MCL_FUTURE'], [Mcl.OnFault, 'MCL_ONFAULT']);
export const mlock2Bits = table('MLOCK_???', [Mlock.OnFault, 'MLOCK_ONFAULT']);
export const pkeyBits = table('PKEY_???', [1, 'PKEY_DISABLE_ACCESS'], [2, 'PKEY_DISABLE_WRITE']);

export const membarrierCommands = table(
  'MEMBARRIER_CMD_???',
  [Membarrier.Query, 'MEMBARRIER_CMD_QUERY'],
  [Membarrier.Global, 'MEMBARRIER_CMD_GLOBAL'],
  [Membarrier.GlobalExpedited, 'MEMBARRIER_CMD_GLOBAL_EXPEDITED'],
  [Membarrier.RegisterGlobalExpedited, 'MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED'],
  [Membarrier.PrivateExpedited, 'MEMBARRIER_CMD_PRIVATE_EXPEDITED'],
  [Membarrier.RegisterPrivateExpedited, 'MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED'],
  [Membarrier.PrivateExpeditedSyncCore, 'MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE'],
  [Membarrier.RegisterPrivateExpeditedSyncCore, 'MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE'],
);
