import { ClockId, ItimerWhich, TimerFlag } from '@ring3/abi';
import { table } from '../flags.js';

export const clocks = table(
  'CLOCK_???',
  [ClockId.Realtime, 'CLOCK_REALTIME'],
  [ClockId.Monotonic, 'CLOCK_MONOTONIC'],
  [ClockId.ProcessCpuTime, 'CLOCK_PROCESS_CPUTIME_ID'],
  [ClockId.ThreadCpuTime, 'CLOCK_THREAD_CPUTIME_ID'],
  [ClockId.MonotonicRaw, 'CLOCK_MONOTONIC_RAW'],
  [ClockId.RealtimeCoarse, 'CLOCK_REALTIME_COARSE'],
  [ClockId.MonotonicCoarse, 'CLOCK_MONOTONIC_COARSE'],
  [ClockId.BootTime, 'CLOCK_BOOTTIME'],
  [ClockId.RealtimeAlarm, 'CLOCK_REALTIME_ALARM'],
  [ClockId.BootTimeAlarm, 'CLOCK_BOOTTIME_ALARM'],
  [ClockId.SgiCycle, 'CLOCK_SGI_CYCLE'],
  [ClockId.Tai, 'CLOCK_TAI'],
);

export const timerBits = table('TIMER_???', [TimerFlag.Abstime, 'TIMER_ABSTIME']);

export const itimers = table(
  'ITIMER_???',
  [ItimerWhich.Real, 'ITIMER_REAL'],
  [ItimerWhich.Virtual, 'ITIMER_VIRTUAL'],
  [ItimerWhich.Prof, 'ITIMER_PROF'],
);
