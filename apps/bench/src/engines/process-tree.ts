import { readdirSync, readFileSync } from 'node:fs';

/** What /proc/PID/stat counts in: USER_HZ, which is 100 on every Linux for x86-64. */
const TICKS_PER_SECOND = 100;

interface Stat {
  parent: number;
  /** Ticks of it and of its children that it has waited for, user and system. */
  ticks: number;
}

/** proc(5), /proc/pid/stat; null: it has ended. */
function statOf(pid: number): Stat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name, in parentheses, may have blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (number: number): number => Number(fields[number - 3]);
  return { parent: at(4), ticks: at(14) + at(15) + at(16) + at(17) };
}

/** CPU seconds of a process and all its descendants, those included that have ended and were waited for. */
export function treeCpuTime(root: number): number {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = pid > 0 ? statOf(pid) : null;
    if (stat) all.set(pid, stat);
  }
  const inTree = (pid: number): boolean => {
    for (let at = pid; ;) {
      if (at === root) return true;
      const stat = all.get(at);
      if (!stat || stat.parent === 0) return false;
      at = stat.parent;
    }
  };
  let ticks = 0;
  for (const [pid, stat] of all) if (inTree(pid)) ticks += stat.ticks;
  return ticks / TICKS_PER_SECOND;
}

/** Bytes of memory that a process has of its own or shares; proc(5), VmRSS. @throws Error it has ended */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}
