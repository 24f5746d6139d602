// npm start: set-up, then the guest's shell on a terminal, or without one a short demonstration.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setupOrExit } from './setup.mjs';

await setupOrExit('start');

const cli = join(root, 'packages/cli/bin/ring3.js');

/** `ring3 run` with these arguments, on our own streams; its exit status. */
function ring3(args, stdin = 'inherit') {
  return spawnSync(process.execPath, [cli, 'run', ...args], { stdio: [stdin, 'inherit', 'inherit'] }).status ?? 1;
}

const greeting = `
Debian's bash, unmodified, on Ring3's own x86-64 processor and kernel.
What it writes stays in memory and is gone at the end.
  Try:    uname -a · cat /proc/self/maps · ls -l / · vi FILE · lua5.4
          tcc -run FILE.c · sleep 100 and ^C or ^Z
  Leave:  exit, or ^D
`;

const cProgram = `#include <stdio.h>
#include <sys/utsname.h>

int main(void) {
  struct utsname name;
  uname(&name);
  printf("compiled by tcc and run on %s %s\\n", name.sysname, name.release);
  return 0;
}
`;

/** Every step: what it shows, the program in the guest, its arguments. */
const demonstration = [
  ['the kernel', 'uname', '-a'],
  ["the shell's own address space", 'bash', '-c', 'while read -r line; do echo "$line"; done </proc/self/maps'],
  ['a pipeline of coreutils', 'sh', '-c', 'ls /usr/bin | cut -c1 | sort | uniq -c | sort -rn | head -n 5'],
  ["a dynamically linked program, loaded by glibc's ld.so", 'lua5.4', '-e', 'print(_VERSION, 2^53|0, math.pi)'],
  ['a C file, compiled and run inside', 'sh', '-c', `cat >/tmp/a.c <<'END'\n${cProgram}END\ntcc -o /tmp/a /tmp/a.c && /tmp/a`],
];

function quote(word) {
  return /^[\w./=:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

if (process.stdin.isTTY && process.stdout.isTTY) {
  process.stdout.write(`${greeting}\n`);
  // What the last command in the shell returned is no failure of npm start; 125 is Ring3's own.
  process.exit(ring3(['-w', '/root', 'bash', '-i']) === 125 ? 1 : 0);
}

for (const [what, ...argv] of demonstration) {
  process.stdout.write(`\n== ${what}: npx ring3 run ${argv.map(quote).join(' ')}\n`);
  const status = ring3(argv, 'ignore');
  if (status !== 0) {
    process.stdout.write(`npm start: this step ended with exit status ${status}\n`);
    process.exit(1);
  }
}
process.stdout.write('\nOn a terminal, npm start opens a shell in the guest. Programs of this system: npx ring3 run --root / PROGRAM\n');
