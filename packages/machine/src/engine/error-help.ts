import type { MachineErrorId } from './options.js';

/** What whoever called can do about an error: one or two sentences, or ''. */
export function helpFor(id: MachineErrorId, errno: string | undefined): string {
  if (id === 'not-executable') return executableHelp[errno ?? ''] ?? '';
  return help[id] ?? '';
}

const executableHelp: Readonly<Record<string, string>> = {
  ENOENT:
    'The program, or the interpreter that it names (its dynamic loader), is not in the guest: give the machine a root that has them, or use a static program.',
  ENOTDIR: 'A part of the path, or of cwd, is no folder.',
  ENOEXEC: 'It is no x86-64 ELF file and has no #! line.',
  EACCES: 'It is not marked executable, or it is a folder.',
  EAGAIN: 'There are as many processes as limits.processes allows.',
  ENOMEM: 'It does not fit into the memory of the guest: give the machine more.',
  E2BIG: 'Arguments and environment are too long.',
};

const help: Partial<Record<MachineErrorId, string>> = {
  'fetch-failed': 'Is the address right, and does its server allow other origins (CORS)?',
  'out-of-host-memory': 'Ask for less memory, or close other machines.',
  'data-loss': 'Is there room in the folder of the host, and may it be written to?',
  'output-lost': "Read the stream while the process runs, or spawn it with 'collect' or 'ignore'.",
  'limit-reached': 'Its files can still be read; for more, create a machine with higher limits.',
  closed: 'Create another machine.',
  internal: 'This is a bug of Ring3: please report it.',
};
