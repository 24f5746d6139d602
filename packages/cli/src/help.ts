import type { Command } from './commands/command.js';

/** The options that every command has that runs a program, for its help. */
export const RUN_OPTIONS = `  --root DIR|TAR       the guest's root: a folder, a tar archive or an unpacked image, read-only under an
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
  --jit on|off         translate hot code to WebAssembly (default on; off differs in speed alone)
  --paging demand[:N]|eager|hybrid[:N]   map a file's pages at their first touch, as Linux does (default: with up to
                       N = 16 cached ones around), all at exec, or at the first touch with N = 8 predicted ones
  --clock real|virtual time of the host, or counted in instructions
  --seed N             repeatable random numbers
  --stats[=json]       counters at the end, on stderr
  -0 ARGV0             argv[0] of the program
  --env-host           the host's whole environment
`;

export async function topHelp(commands: Readonly<Record<string, () => Promise<Command>>>): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const width = Math.max(...all.map(({ synopsis }) => synopsis.length));
  const lines = all.map(({ synopsis, summary }) => `  ring3 ${synopsis.padEnd(width)}   ${summary}\n`);
  return `ring3: runs x86-64 Linux programs on a processor and a kernel of its own, in WebAssembly and TypeScript

${lines.join('')}
ring3 COMMAND --help lists a command's options.
`;
}
