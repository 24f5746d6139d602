/** Restartable sequences: include/uapi/linux/rseq.h. */

/** struct rseq, byte offsets. */
export const enum RseqArea {
  CpuIdStart = 0,
  CpuId = 4,
  Cs = 8,
  Flags = 16,
  Bytes = 32,
  Align = 32,
}

/** struct rseq_cs: one critical section, byte offsets. */
export const enum RseqCs {
  Version = 0,
  Flags = 4,
  StartIp = 8,
  PostCommitOffset = 16,
  AbortIp = 24,
  Bytes = 32,
}

/** What may have interrupted a critical section; the same bits in its flags say what shall not restart it. */
export const enum RseqEvent {
  Preempt = 1 << 0,
  Signal = 1 << 1,
  Migrate = 1 << 2,
}

export const RSEQ_FLAG_UNREGISTER = 1;
/** RSEQ_CPU_ID_UNINITIALIZED */
export const RSEQ_NO_CPU = 0xffff_ffff;
