import { Sig } from '@ring3/abi';

const names: readonly (string | undefined)[] = [
  undefined,
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
];

/** 'SIGKILL' for 9, 'SIGRT_3' for 35, as strace writes them. */
export function signalName(signo: number): string {
  const name = names[signo];
  if (name) return name;
  return signo >= Sig.RtMin && signo <= Sig.Count ? `SIGRT_${signo - Sig.RtMin}` : String(signo);
}

/** The number of 'SIGTERM', 'TERM', 'SIGRT_3'; undefined for no signal. */
export function signalNumber(name: string): number | undefined {
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  const signo = names.indexOf(full);
  if (signo > 0) return signo;
  const realtime = /^SIGRT_(\d+)$/.exec(full);
  const number = realtime ? Sig.RtMin + Number(realtime[1]) : 0;
  return number >= Sig.RtMin && number <= Sig.Count ? number : undefined;
}
