import { SaFlag, Sig, SiCode, SigAltStack, SigEvNotify, SigMaskHow } from '@ring3/abi';
import { type NameTable, table } from '../flags.js';

const standard = [
  '',
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
  'STKFLT',
  'CHLD',
  'CONT',
  'STOP',
  'TSTP',
  'TTIN',
  'TTOU',
  'URG',
  'XCPU',
  'XFSZ',
  'VTALRM',
  'PROF',
  'WINCH',
  'IO',
  'PWR',
  'SYS',
  'RTMIN',
];

/** 'INT', 'RTMIN', 'RT_2': names inside a set; the number where there is no signal. */
export function shortSignalName(signo: number): string {
  if (signo < 1 || signo > Sig.Count) return String(signo);
  return standard[signo] ?? `RT_${signo - Sig.RtMin}`;
}

/** 'SIGINT', 'SIGRTMIN', 'SIGRT_2'; the number where there is no signal. */
export function signalText(signo: number): string {
  return signo < 1 || signo > Sig.Count ? String(signo) : `SIG${shortSignalName(signo)}`;
}

/** The number of 'INT', 'SIGINT', '2'; undefined for no signal. */
export function signalOf(text: string): number | undefined {
  const name = text.toUpperCase().replace(/^SIG/, '');
  for (let signo = 1; signo <= Sig.Count; signo++) if (shortSignalName(signo) === name || String(signo) === name) return signo;
  return undefined;
}

export const actionBits = table(
  'SA_???',
  [SaFlag.Restorer, 'SA_RESTORER'],
  [SaFlag.OnStack, 'SA_ONSTACK'],
  [SaFlag.Restart, 'SA_RESTART'],
  [0x2000_0000, 'SA_INTERRUPT'],
  [SaFlag.NoDefer, 'SA_NODEFER'],
  [SaFlag.ResetHand, 'SA_RESETHAND'],
  [SaFlag.SigInfo, 'SA_SIGINFO'],
  [SaFlag.NoCldStop, 'SA_NOCLDSTOP'],
  [SaFlag.NoCldWait, 'SA_NOCLDWAIT'],
);

export const maskHow = table(
  'SIG_???',
  [SigMaskHow.Block, 'SIG_BLOCK'],
  [SigMaskHow.Unblock, 'SIG_UNBLOCK'],
  [SigMaskHow.SetMask, 'SIG_SETMASK'],
);

export const stackBits = table(
  'SS_???',
  [SigAltStack.OnStack, 'SS_ONSTACK'],
  [SigAltStack.Disable, 'SS_DISABLE'],
  [SigAltStack.AutoDisarm, 'SS_AUTODISARM'],
);

export const notifyKinds = table(
  'SIGEV_???',
  [SigEvNotify.Signal, 'SIGEV_SIGNAL'],
  [SigEvNotify.None, 'SIGEV_NONE'],
  [SigEvNotify.Thread, 'SIGEV_THREAD'],
  [SigEvNotify.ThreadId, 'SIGEV_THREAD_ID'],
);

const anyCode = table(
  'SI_???',
  [SiCode.User, 'SI_USER'],
  [SiCode.Kernel, 'SI_KERNEL'],
  [SiCode.Queue, 'SI_QUEUE'],
  [SiCode.Timer, 'SI_TIMER'],
  [SiCode.MesgQ, 'SI_MESGQ'],
  [SiCode.AsyncIo, 'SI_ASYNCIO'],
  [SiCode.SigIo, 'SI_SIGIO'],
  [SiCode.Tkill, 'SI_TKILL'],
);

const codesOf = new Map<number, NameTable>([
  [
    Sig.ILL,
    table(
      'ILL_???',
      [1, 'ILL_ILLOPC'],
      [2, 'ILL_ILLOPN'],
      [3, 'ILL_ILLADR'],
      [4, 'ILL_ILLTRP'],
      [5, 'ILL_PRVOPC'],
      [6, 'ILL_PRVREG'],
      [7, 'ILL_COPROC'],
      [8, 'ILL_BADSTK'],
    ),
  ],
  [
    Sig.FPE,
    table(
      'FPE_???',
      [SiCode.FpeIntDiv, 'FPE_INTDIV'],
      [SiCode.FpeIntOvf, 'FPE_INTOVF'],
      [SiCode.FpeFltDiv, 'FPE_FLTDIV'],
      [SiCode.FpeFltOvf, 'FPE_FLTOVF'],
      [SiCode.FpeFltUnd, 'FPE_FLTUND'],
      [SiCode.FpeFltRes, 'FPE_FLTRES'],
      [SiCode.FpeFltInv, 'FPE_FLTINV'],
      [SiCode.FpeFltSub, 'FPE_FLTSUB'],
      [SiCode.FpeFltUnk, 'FPE_FLTUNK'],
    ),
  ],
  [Sig.SEGV, table('SEGV_???', [SiCode.SegvMapErr, 'SEGV_MAPERR'], [SiCode.SegvAccErr, 'SEGV_ACCERR'], [SiCode.SegvBndErr, 'SEGV_BNDERR'])],
  [Sig.BUS, table('BUS_???', [SiCode.BusAdrAln, 'BUS_ADRALN'], [SiCode.BusAdrErr, 'BUS_ADRERR'], [3, 'BUS_OBJERR'])],
  [Sig.TRAP, table('TRAP_???', [SiCode.TrapBrkpt, 'TRAP_BRKPT'], [SiCode.TrapTrace, 'TRAP_TRACE'], [3, 'TRAP_BRANCH'], [4, 'TRAP_HWBKPT'])],
  [
    Sig.CHLD,
    table(
      'CLD_???',
      [SiCode.CldExited, 'CLD_EXITED'],
      [SiCode.CldKilled, 'CLD_KILLED'],
      [SiCode.CldDumped, 'CLD_DUMPED'],
      [SiCode.CldTrapped, 'CLD_TRAPPED'],
      [SiCode.CldStopped, 'CLD_STOPPED'],
      [SiCode.CldContinued, 'CLD_CONTINUED'],
    ),
  ],
  [
    Sig.IO,
    table(
      'POLL_???',
      [SiCode.PollIn, 'POLL_IN'],
      [SiCode.PollOut, 'POLL_OUT'],
      [SiCode.PollMsg, 'POLL_MSG'],
      [SiCode.PollErr, 'POLL_ERR'],
      [SiCode.PollPri, 'POLL_PRI'],
      [SiCode.PollHup, 'POLL_HUP'],
    ),
  ],
  [Sig.SYS, table('SYS_???', [SiCode.SysSeccomp, 'SYS_SECCOMP'])],
]);

/** si_code's name: the same number means different things with different signals. */
export function siCodeName(signo: number, code: number): string {
  for (const { names } of [anyCode, codesOf.get(signo)].filter((each) => each !== undefined)) {
    const found = names.find(([value]) => value === code);
    if (found) return found[1];
  }
  return code < 0 || code > 9
    ? `${code < 0 ? code : `0x${code.toString(16)}`} /* SI_??? */`
    : `0x${code.toString(16)} /* ${codesOf.get(signo)?.unknown ?? 'SI_???'} */`;
}
