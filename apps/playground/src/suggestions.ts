/** A command to try in the shell. */
export interface Suggestion {
  command: string;
  /** What it shows, in a few words. */
  about: string;
}

export const suggestions: readonly Suggestion[] = [
  { command: 'uname -a', about: 'the kernel that answers here' },
  { command: 'cat /proc/self/maps', about: "a process's address space, line by line" },
  { command: 'tcc -run hello.c', about: 'compile a C file and run it' },
  { command: 'lua5.4 primes.lua 300', about: 'an interpreter at work' },
  { command: 'ls /usr/bin | cut -c1 | sort | uniq -c', about: 'a pipeline of four processes' },
  { command: 'vi hello.c', about: 'edit a file; :wq writes and leaves' },
  { command: 'top', about: 'what runs; q leaves' },
  { command: 'sleep 100', about: 'then ^C ends it, ^Z stops it, fg goes on' },
];
