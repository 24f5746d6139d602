import type { MachineError } from '@ring3/machine';

/** What whoever wrote the page can do about it, in the words of its attributes; '' where there is nothing to say. */
export function explainError({ id, errno, message, help }: MachineError): string {
  switch (id) {
    case 'not-found':
      return 'Is the path right? Without root a machine has only /dev, /proc, a minimal /etc and its <ring3-file>s.';
    case 'not-executable':
      if (errno === 'ENOENT')
        return 'The program, or the interpreter that it names (its dynamic loader), is not in the guest, or cwd is no folder there: set root, or use a static program.';
      if (errno === 'ENOMEM') return 'It needs more memory than the machine has: set the attribute memory.';
      return help;
    case 'out-of-host-memory':
      return 'Ask for less with the attribute memory, or close other machines of the page.';
    case 'bad-option':
      if (message.startsWith('there is nothing to run'))
        return 'Set src to the URL of a program, or root to an image and program to a path in it.';
      return help || 'Correct it and run again.';
    case 'closed':
      return 'Call run() first.';
    default:
      return help;
  }
}
