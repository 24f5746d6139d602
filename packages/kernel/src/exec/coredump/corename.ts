import { RLimit } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { rlimit } from '../../task/limits.js';
import { pathString } from '../../vfs/d-path.js';

const UNLIMITED = '18446744073709551615';

/**
 * The core file's name by kernel.core_pattern, for the current task and signal `signo`. `%` at the end and unknown letters give nothing;
 * with core_uses_pid the pid is appended when no %p named it. Linux: fs/coredump.c: format_corename.
 */
export function formatCorename(k: Kernel, signo: number): string {
  const { pattern, usesPid } = k.coredump;
  let name = '';
  let pidInPattern = false;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== '%') {
      name += pattern[i];
      continue;
    }
    const letter = pattern[++i];
    if (letter === 'p') pidInPattern = true;
    if (letter !== undefined) name += specifier(k, letter, signo);
  }
  return usesPid && !pidInPattern ? `${name}.${k.current.tgid}` : name;
}

function specifier(k: Kernel, letter: string, signo: number): string {
  const task = k.current;
  switch (letter) {
    case '%':
      return '%';
    case 'p':
    case 'P':
      return String(task.tgid);
    case 'i':
    case 'I':
      return String(task.tid);
    case 'u':
      return String(task.cred.uid);
    case 'g':
      return String(task.cred.gid);
    case 'd':
      return String(task.mm?.dumpable ?? 0);
    case 's':
      return String(signo);
    case 't':
      return String(k.clock.realtime(k).sec);
    case 'h':
      return escaped(k.options.hostname);
    case 'e':
      return escaped(task.comm);
    case 'E':
      return escaped(exeName(k));
    case 'c': {
      const limit = rlimit(task, RLimit.CORE);
      return limit === Infinity ? UNLIMITED : String(limit);
    }
    default:
      return '';
  }
}

function exeName(k: Kernel): string {
  const path = k.current.mm?.exeFile?.path;
  return path ? pathString(k, path) : `${k.current.comm} (path unknown)`;
}

/** What a user chose must not lead to another directory. Linux: cn_esc_printf. */
function escaped(text: string): string {
  if (text === '') return '!';
  if (text === '.' || text === '..') return `!${text.slice(1)}`;
  return text.replaceAll('/', '!');
}
