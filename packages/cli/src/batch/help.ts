import { RUN_OPTIONS } from '../help.js';

/** A table of members of a JSON object. */
function table(rows: readonly (readonly [member: string, meaning: string])[]): string {
  return rows.map(([member, meaning]) => `  ${member.padEnd(34)} ${meaning}\n`).join('');
}

const job = table([
  ['program', 'path or name in the guest, or a path of the host (the one member that must be there)'],
  ['id', 'a text or number, for the result (default: the number of the job, from 1)'],
  ['args: ["…"], argv0', 'arguments; argv[0] where it is not program'],
  ['env: {"NAME": "…"}', 'or ["NAME=VALUE"]: added to the environment'],
  ['cwd, root, uid, gid', 'as -w, --root ("empty": nothing but /dev and /proc), -u'],
  ['files: [{"path": "/…", …}]', 'put into the guest: "text", "base64" or "host": PATH; "mode": "755"'],
  ['stdin: "…"', 'or {"text"}, {"base64"}, {"host": PATH} (default: /dev/null)'],
  ['limits: {…}', 'memory, outputBytes (bytes or "64m"), wallTime (ms or "10s"), instructions,'],
  ['', 'processes, openFiles (defaults: 1g, 16m, 60s, none, 1024, as Linux)'],
  ['clock, seed, layout', 'as --clock, --seed, --layout'],
  ['aslr, jit: true, false', 'as --aslr, --jit'],
  ['expect: {…}', 'what must be so at its end'],
]);

const expectation = table([
  ['exit: 0…255, "nonzero", "any"', 'the exit status (default 0, unless a signal or limit is expected)'],
  ['signal: "SIGSEGV"', 'the signal that ended it'],
  ['limit: "wallTime"', 'the limit that ended it'],
  ['stdout, stderr: "…"', 'equal to this, or an object with any of equals, base64, file (of the host),'],
  ['', 'contains, lacks, matches (regular expressions); the last three also as lists'],
  ['files: {"/path": …}', 'the same of a file of the guest; also {"absent": true} and "mode": "644"'],
  ['trace.syscalls: {"open": COUNT}', 'times that a system call was made: N, true (some), false (none), {"min", "max"}'],
  ['trace.onlySyscalls: ["…"]', 'no others are made'],
  ['trace.signals: {"SIGUSR1": COUNT}', 'signals that handlers ran for (what ends the program is signal)'],
  ['trace.events: {"mm:mmap": COUNT}', 'tracepoints (see ring3 trace)'],
  ['trace.faults: COUNT', 'page faults; also minorFaults, majorFaults, instructions'],
]);

const result = table([
  ['id, ok', 'true: it ran and all is as expected'],
  ['failures: [{check, message, …}]', 'what is not, with expected and got'],
  ['exit: {code, signal, limit}', 'how it ended; null where it did not run'],
  ['stdout, stderr, truncated', 'the first bytes; whether there was more'],
  ['stats', 'instructions, faults, minorFaults, majorFaults, contextSwitches, time (ms)'],
  ['error: {id, message, …}', 'why it could not run; for a malformed line also line and field'],
]);

/** The whole schema of jobs and results: README.md has the same tables. */
export const BATCH_HELP = `FILE.jsonl (or -: stdin) has a job on each line, as JSON; results are written as JSON lines, in the order of the jobs. Each job runs in a
machine of its own, until its program ends: what the program leaves behind is killed then. Whatever a job does, the others go on.

  --workers N          machines that run at a time (default: the processors of the host)
  -o FILE              write the results to FILE (default: stdout)
  --fail-fast          stop at the first job that is not ok
  --as-completed       results as the jobs end, not in their order
  --shown-bytes SIZE   bytes of stdout and stderr in results (default 64k)
  -q, --quiet          no summary on stderr

A job:
${job}
expect:
${expectation}
A result:
${result}
Relative paths of the host start at FILE.jsonl's folder. With --clock virtual and --seed a job's result is the same each time, but for
stats.time, unless its wallTime ends it.

Options of ring3 run, for jobs that say nothing else:
${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment

Exit status: 0 when every job is ok, 1 when one is not, 125 when the batch cannot be run.
`;
