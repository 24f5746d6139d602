import { RUN_OPTIONS } from '../help.js';
import { parseRun } from '../run-options.js';
import { type Observer, runProgram } from '../run.js';
import type { Command } from './command.js';

export const runCommand: Command = {
  synopsis: 'run [OPTION…] PROGRAM [ARG…]',
  summary: 'run a program',
  help: `PROGRAM is looked up in the guest's PATH; a path of the host that the guest does not have is mounted read-only in its place.

${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment
  --strace             print system calls on stderr (ring3 strace has more options)

SIGTERM goes to PROGRAM; SIGINT, SIGQUIT and SIGHUP to its process group. A program that ignores them is ended by --timeout or
SIGKILL. Without a terminal the run goes on while processes that PROGRAM left behind hold its stdout or stderr open, as a pipe's
reader would wait for them; a signal ends that. RING3_IMAGE names another base image, RING3_DEBUG=syscalls reports system calls that are not there.

Exit status: the program's; 128 + N when signal N ended it; 125 when Ring3 failed, 126 when PROGRAM cannot be executed,
127 when it was not found.
`,
  async run(args) {
    const options = parseRun(args);
    return runProgram(options, options.strace ? await strace() : null);
  },
};

async function strace(): Promise<Observer> {
  const { Strace } = await import('./strace.js');
  return new Strace({ follow: true, expressions: [], output: null, summary: false, stringLimit: 32, times: false });
}
