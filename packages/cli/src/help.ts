export const TOP_HELP = `ring3: runs x86-64 Linux programs on a processor and a kernel of its own, in WebAssembly and TypeScript

  ring3 run [OPTION…] PROGRAM [ARG…]      run a program
  ring3 strace [OPTION…] PROGRAM [ARG…]   run it and print its system calls

ring3 run --help and ring3 strace --help list the options.
`;

const RUN_OPTIONS = `  --root DIR|TAR       the guest's root: a folder, a tar archive or an unpacked image, read-only under an
                       in-memory overlay; / is this system (default: the base image)
  -v HOST:GUEST[:ro]   a folder or file of the host at GUEST; writes go through unless :ro
  -w DIR               working directory
  -u UID[:GID]         user and group (default 0:0)
  -t                   allocate a terminal (default: when stdin and stdout are terminals)
  -m, --memory SIZE    guest memory (default 1g, at least 8m)
  --ulimit NAME=SOFT[:HARD]   a resource limit, as nofile=64
  --timeout TIME       kill everything after so much time (10s, 500ms)
  --max-insns N        kill everything after N instructions
  --aslr on|off        randomise addresses (default off)
  --layout compact|linux   everything below 4 GiB (default), or addresses as Linux gives them
  --clock real|virtual time of the host, or counted in instructions
  --seed N             repeatable random numbers
  --stats[=json]       counters at the end, on stderr
  -0 ARGV0             argv[0] of the program
  --env-host           the host's whole environment
`;

export const RUN_HELP = `usage: ring3 run [OPTION…] [--] PROGRAM [ARG…]

PROGRAM is looked up in the guest's PATH; a path of the host that the guest does not have is mounted read-only in its place.

${RUN_OPTIONS}  -e, --env NAME[=VALUE]   set (or take over) a variable of the environment
  --strace             print system calls on stderr (ring3 strace has more options)

SIGTERM goes to PROGRAM; SIGINT, SIGQUIT and SIGHUP to its process group. A program that ignores them is ended by --timeout or
SIGKILL. Without a terminal the run goes on while processes that PROGRAM left behind hold its stdout or stderr open, as a pipe's
reader would wait for them; a signal ends that. RING3_IMAGE names another base image, RING3_DEBUG=syscalls reports system calls that are not there.

Exit status: the program's; 128 + N when signal N ended it; 125 when Ring3 failed, 126 when PROGRAM cannot be executed,
127 when it was not found.
`;

export const STRACE_HELP = `usage: ring3 strace [OPTION…] [--] PROGRAM [ARG…]

  -f                   follow children and threads
  -e trace=CALL,…      only these calls, or those of a class (%file %process %network %signal %desc %memory), or
                       those that match /REGEX; !CALL,… all but these
  -e signal=SIG,…      only these signals (none, !SIG,…)
  -o FILE              write to FILE
  -c                   a summary at the end instead of the calls
  -s N                 characters of strings (default 32)
  -T                   time spent in each call

and the options of ring3 run:
${RUN_OPTIONS}  --env NAME[=VALUE]   set (or take over) a variable of the environment
`;
