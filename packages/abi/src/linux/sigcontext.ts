/**
 * The frame that a signal handler runs on (arch/x86/include/asm/sigframe.h: struct rt_sigframe), by offset from its start, which is
 * the handler's rsp; rsp + 8 is a multiple of 16.
 *
 *     0  pretcode: the handler's return address (sa_restorer)
 *     8  struct ucontext: uc_flags, uc_link, uc_stack {ss_sp, ss_flags, ss_size}
 *    48  uc_mcontext: struct sigcontext (uapi asm/sigcontext.h), 256 bytes
 *   304  uc_sigmask
 *   312  siginfo_t, 128 bytes
 *   440  end; above it, aligned to 64, the FXSAVE image of 512 bytes
 */
export const enum SigFrame {
  Pretcode = 0,
  UcFlags = 8,
  UcLink = 16,
  SsSp = 24,
  SsFlags = 32,
  SsSize = 40,
  R8 = 48,
  R9 = 56,
  R10 = 64,
  R11 = 72,
  R12 = 80,
  R13 = 88,
  R14 = 96,
  R15 = 104,
  Rdi = 112,
  Rsi = 120,
  Rbp = 128,
  Rbx = 136,
  Rdx = 144,
  Rax = 152,
  Rcx = 160,
  Rsp = 168,
  Rip = 176,
  Eflags = 184,
  Cs = 192,
  Gs = 194,
  Fs = 196,
  Ss = 198,
  Err = 200,
  TrapNo = 208,
  OldMask = 216,
  Cr2 = 224,
  FpState = 232,
  SigMask = 304,
  Info = 312,
  Bytes = 440,
  FpBytes = 512,
  FpAlign = 64,
  /** In the FXSAVE image: behind the vector registers, reserved for the processor and (from 464 on) for software. */
  FpReserved = 416,
  /** Bytes below rsp that leaf functions use. */
  RedZone = 128,
}

/** ucontext.uc_flags. */
export const enum UcFlag {
  FpXstate = 1,
  SigContextSs = 2,
  StrictRestoreSs = 4,
}

/** Selectors of 64-bit user mode (arch/x86/include/asm/segment.h). */
export const enum UserSelector {
  Cs = 0x33,
  Ds = 0x2b,
}
