import { ArchPrctl, FutexOp, Prctl } from '@ring3/abi';
import { type Call, type Printer, type Signature, type Slot, atEntry, atExit, inOrder, plain } from '../call.js';
import { oneOf, table } from '../flags.js';
import { atBits } from '../names/files.js';
import {
  archCodes,
  capabilities,
  dumpable,
  idTypes,
  prctlOptions,
  priorityWhich,
  randomBits,
  rlimitNames,
  rusageWho,
  schedPolicies,
  waitBits,
} from '../names/processes.js';
import { signalText } from '../names/signals.js';
import {
  addressOut,
  arrayText,
  bufferOut,
  choice,
  dirfd,
  flags,
  hexInt,
  hexNumber,
  int,
  intIn,
  intOut,
  long,
  path,
  pointer,
  randomOut,
  raw,
  string,
  structOut,
  uint,
  ulong,
} from '../print/basic.js';
import {
  argv,
  capabilityData,
  capabilityDataOut,
  capabilityHeader,
  childRusageOut,
  cloneArgs,
  cloneArgsWritten,
  cloneFlags,
  cloneRest,
  cpusText,
  envp,
  futexBitset,
  futexOpText,
  futexWakeOp,
  rlimit,
  rlimitOut,
  rusageOut,
  statusOut,
  sysinfoOut,
  utsnameOut,
} from '../print/process.js';
import { signal, siginfoOut } from '../print/signal.js';
import { timespec, timespecOut } from '../print/time.js';
import { address, hex, signed32, unsigned32 } from '../text.js';

const childStack = atEntry((call, i) => `child_stack=${address(call.arg(i))}`);
const cloneSlots: readonly Slot[] = [
  { printer: childStack, index: 1 },
  { printer: cloneFlags, index: 0 },
  { printer: cloneRest, index: 2, glue: '' },
];
const clone3Slots: readonly Slot[] = [
  { printer: cloneArgs, index: 0 },
  { printer: cloneArgsWritten, index: 0, glue: '' },
  { printer: ulong, index: 1 },
];

const futexHead = inOrder(
  pointer,
  atEntry((call, i) => futexOpText(unsigned32(call.arg(i)))),
);
const value: Slot = { printer: uint, index: 2 };
const timeout: Slot = { printer: timespec, index: 3 };
const count2: Slot = { printer: uint, index: 3 };
const second: Slot = { printer: pointer, index: 4 };
const value3: Slot = { printer: uint, index: 5 };

function futexRest(op: number): readonly Slot[] {
  switch (op & FutexOp.CmdMask) {
    case FutexOp.Wait:
      return [value, timeout];
    case FutexOp.WaitBitset:
      return [value, timeout, { printer: futexBitset, index: 5 }];
    case FutexOp.Wake:
    case FutexOp.Fd:
      return [value];
    case FutexOp.WakeBitset:
      return [value, { printer: futexBitset, index: 5 }];
    case FutexOp.Requeue:
      return [value, count2, second];
    case FutexOp.CmpRequeue:
    case FutexOp.CmpRequeuePi:
      return [value, count2, second, value3];
    case FutexOp.WakeOp:
      return [value, count2, second, { printer: futexWakeOp, index: 5 }];
    case FutexOp.LockPi:
      return [timeout];
    case FutexOp.UnlockPi:
    case FutexOp.TrylockPi:
      return [];
    case FutexOp.WaitRequeuePi:
      return [value, timeout, second];
    default:
      return [value, { printer: pointer, index: 3 }, second, { printer: hexInt, index: 5 }];
  }
}

function archArgument(code: number): readonly Slot[] {
  switch (code) {
    case ArchPrctl.GetFs:
    case ArchPrctl.GetGs:
      return [{ printer: addressOut, index: 1 }];
    case ArchPrctl.GetCpuid:
      return [];
    case ArchPrctl.SetFs:
    case ArchPrctl.SetGs:
      return [{ printer: hexNumber, index: 1 }];
    default:
      return [{ printer: raw, index: 1 }];
  }
}

const archHead = inOrder(choice(archCodes));

/** PR_SET_VMA: names an anonymous mapping since 5.17; the C library asks for it. */
const SetVma = 0x5356_4d41;
const vmaAttributes = table('PR_SET_VMA_???', [0, 'PR_SET_VMA_ANON_NAME']);

/** PR_GET_NAME fills 16 bytes. */
const nameOut = atExit((call, i) => (call.failed ? address(call.arg(i)) : string.print(call, i)));
const signalOut = structOut(4, (view) => `[${signalText(view.getInt32(0, true)).replace(/^0$/, '0')}]`);

function prctlRest(option: number): readonly Printer[] {
  switch (option) {
    case Prctl.GET_DUMPABLE:
    case Prctl.GET_KEEPCAPS:
    case Prctl.GET_SECCOMP:
    case Prctl.GET_TIMERSLACK:
    case Prctl.GET_TIMING:
    case Prctl.GET_SECUREBITS:
    case Prctl.TASK_PERF_EVENTS_DISABLE:
    case Prctl.TASK_PERF_EVENTS_ENABLE:
      return [];
    case Prctl.SET_PDEATHSIG:
      return [signal];
    case Prctl.GET_PDEATHSIG:
      return [signalOut];
    case Prctl.SET_NAME:
      return [string];
    case Prctl.GET_NAME:
      return [nameOut];
    case Prctl.SET_DUMPABLE:
      return [choice(dumpable)];
    case Prctl.CAPBSET_READ:
    case Prctl.CAPBSET_DROP:
      return [choice(capabilities)];
    case Prctl.GET_CHILD_SUBREAPER:
    case Prctl.GET_TSC:
    case Prctl.GET_UNALIGN:
    case Prctl.GET_FPEMU:
    case Prctl.GET_FPEXC:
    case Prctl.GET_ENDIAN:
      return [intOut];
    case Prctl.GET_TID_ADDRESS:
      return [addressOut];
    case SetVma:
      return [choice(vmaAttributes), pointer, ulong, string];
    case Prctl.SET_KEEPCAPS:
    case Prctl.SET_TIMERSLACK:
    case Prctl.SET_CHILD_SUBREAPER:
    case Prctl.SET_TIMING:
    case Prctl.SET_UNALIGN:
    case Prctl.SET_FPEMU:
    case Prctl.SET_FPEXC:
    case Prctl.SET_ENDIAN:
    case Prctl.SET_TSC:
      return [ulong];
    case Prctl.SET_NO_NEW_PRIVS:
    case Prctl.GET_NO_NEW_PRIVS:
    case Prctl.SET_THP_DISABLE:
    case Prctl.GET_THP_DISABLE:
      return [ulong, ulong, ulong, ulong];
    default:
      return [raw, raw, raw, raw];
  }
}

/** syslog(2)'s actions by number. */
const syslogActions = [
  'CLOSE',
  'OPEN',
  'READ',
  'READ_ALL',
  'READ_CLEAR',
  'CLEAR',
  'CONSOLE_OFF',
  'CONSOLE_ON',
  'CONSOLE_LEVEL',
  'SIZE_UNREAD',
  'SIZE_BUFFER',
];
const syslogAction = atEntry((call, i) => {
  const action = signed32(call.arg(i));
  return `${action} /* SYSLOG_ACTION_${syslogActions[action] ?? '???'} */`;
});
const syslogHead = inOrder(syslogAction);
const syslogBuffer = inOrder(syslogAction, bufferOut, uint);

const prctlOption = choice(prctlOptions);

/** Sets of group ids. */
function groups(call: Call, va: bigint, n: number): string {
  return va === 0n ? 'NULL' : arrayText(call, va, n, 4, (view) => String(view.getUint32(0, true)));
}

/** A mask of CPUs: the result says how much of it the kernel wrote. */
const affinityOut = atExit((call, i) => (call.failed ? address(call.arg(i)) : cpusText(call, call.arg(i), Number(call.result))));
const affinityIn = atEntry((call, i) => cpusText(call, call.arg(i), unsigned32(call.arg(1))));

/** Calls about processes, threads, limits and identities, by name. */
export const processSignatures: Readonly<Record<string, Signature>> = {
  execve: plain(path, argv, envp),
  execveat: plain(dirfd, path, argv, envp, flags(atBits)),
  clone: { slots: () => cloneSlots },
  clone3: { slots: () => clone3Slots },
  wait4: plain(int, statusOut, flags(waitBits), childRusageOut),
  waitid: plain(choice(idTypes), int, siginfoOut, flags(waitBits), rusageOut),
  futex: { slots: (call) => [...futexHead, ...futexRest(unsigned32(call.arg(1)))] },
  set_robust_list: plain(pointer, ulong),
  get_robust_list: plain(
    int,
    addressOut,
    structOut(8, (view) => `[${view.getBigUint64(0, true)}]`),
  ),
  set_tid_address: plain(hexNumber),
  rseq: plain(hexNumber, hexNumber, hexInt, hexInt),
  arch_prctl: { slots: (call) => [...archHead, ...archArgument(signed32(call.arg(0)))] },
  prctl: {
    slots: (call) => inOrder(prctlOption, ...prctlRest(signed32(call.arg(0)))),
    note: (call) => (!call.failed && signed32(call.arg(0)) === Prctl.GET_DUMPABLE ? `(${oneOf(Number(call.result), dumpable)})` : null),
  },
  getrlimit: plain(choice(rlimitNames), rlimitOut),
  setrlimit: plain(choice(rlimitNames), rlimit),
  prlimit64: plain(int, choice(rlimitNames), rlimit, rlimitOut),
  getrusage: plain(choice(rusageWho), rusageOut),
  getpriority: plain(choice(priorityWhich), int),
  setpriority: plain(choice(priorityWhich), int, int),
  uname: plain(utsnameOut),
  sysinfo: plain(sysinfoOut),
  getrandom: plain(randomOut, ulong, flags(randomBits)),
  getgroups: plain(
    int,
    atExit((call, i) => (call.failed ? address(call.arg(i)) : groups(call, call.arg(i), call.arg(0) === 0n ? 0 : Number(call.result)))),
  ),
  setgroups: plain(
    int,
    atEntry((call, i) => groups(call, call.arg(i), unsigned32(call.arg(0)))),
  ),
  sched_getaffinity: plain(int, uint, affinityOut),
  sched_setaffinity: plain(int, uint, affinityIn),
  sched_getparam: plain(int, intOut),
  sched_setparam: plain(int, intIn),
  sched_setscheduler: plain(int, choice(schedPolicies), intIn),
  sched_getscheduler: { ...plain(int), note: (call) => (call.failed ? null : `(${oneOf(Number(call.result), schedPolicies)})`) },
  sched_get_priority_max: plain(choice(schedPolicies)),
  sched_get_priority_min: plain(choice(schedPolicies)),
  sched_rr_get_interval: plain(int, timespecOut),
  capget: plain(capabilityHeader, capabilityDataOut),
  capset: plain(capabilityHeader, capabilityData),
  getcpu: plain(intOut, intOut, pointer),
  personality: {
    ...plain(atEntry((call, i) => (unsigned32(call.arg(i)) === 0 ? 'PER_LINUX' : hex(unsigned32(call.arg(i)))))),
    result: (call) => (call.failed ? null : call.result === 0n ? '0 (PER_LINUX)' : hex(call.result!)),
  },
  syslog: { slots: (call) => (signed32(call.arg(0)) > 4 && signed32(call.arg(0)) <= 10 ? syslogHead : syslogBuffer) },
  setpgid: plain(int, int),
  ptrace: plain(long, int, pointer, pointer),
};
