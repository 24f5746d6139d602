import type { MachineError } from '@ring3/machine';

/** What whoever wrote the page can do about it. */
export function explainError({ id, errno }: MachineError): string {
  switch (id) {
    case 'fetch-failed':
      return 'Is the address right, and does its server allow other origins (CORS)?';
    case 'not-executable':
      if (errno === 'ENOENT')
        return 'The program, or the interpreter that it names (its dynamic loader), is not in the guest: set root, or use a static program.';
      if (errno === 'ENOEXEC') return 'It is no x86-64 ELF file and has no #! line.';
      if (errno === 'EACCES') return 'It is not marked executable.';
      return '';
    case 'out-of-host-memory':
      return 'Ask for less with the attribute memory, or close other machines of the page.';
    case 'internal':
      return 'This is a bug of Ring3: please report it.';
    default:
      return '';
  }
}
