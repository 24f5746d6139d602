import { describe, expect, test } from 'vitest';
import { emulated, have, native } from '../support/run.js';

/** Tools that read /proc: what they print about the same processes, numbers aside. */
interface Case {
  name: string;
  needs: string[];
  /** A shell script; it may use $$ and a background `sleep 97`. */
  script: string;
  /** What differs legitimately is taken out of each output before they are compared. */
  shape?: (text: string) => string;
}

const words = (text: string): string => text.replace(/[ \t]+/g, ' ').replace(/ $/gm, '');
const numbers = (text: string): string => words(text.replace(/\d+(\.\d+)?([KMGi]*B?)\b/g, '#'));
const heading = (text: string): string => words(text.split('\n')[0]!);

/** Waits until a command succeeds, some seconds at most. */
const until = (command: string): string => `i=0; until ${command} || [ $i -gt 60 ]; do i=$((i+1)); sleep 0.1; done`;

const cases: Case[] = [
  { name: 'ps of a process by its number', needs: ['ps'], script: 'ps -o state=,comm=,args=,ni=,nlwp=,tty= -p $$' },
  { name: 'ps finds children', needs: ['ps'], script: 'sleep 97 & ps -o comm=,args= --ppid $$ | grep sleep; kill $!' },
  {
    name: 'ps shows where a process sleeps',
    needs: ['ps'],
    script: `sleep 97 & ${until('ps -o wchan:32= -p $! | grep -q nanosleep')}; ps -o stat=,wchan:32= -p $!; kill $!`,
  },
  {
    name: 'ps shows a stopped process',
    needs: ['ps'],
    script: `sleep 97 & kill -STOP $!; ${until('ps -o stat= -p $! | grep -q T')}; ps -o stat= -p $!; kill -KILL $!`,
  },
  {
    name: 'ps shows a zombie',
    needs: ['ps', 'bash'],
    script: `bash -c 'sleep 1 & exec sleep 97' & ${until('ps -o stat= --ppid $! | grep -q Z')}; ps -o stat=,args= --ppid $!; kill $!`,
  },
  { name: 'ps aux: columns', needs: ['ps'], script: 'ps aux', shape: heading },
  { name: 'ps -ef: columns', needs: ['ps'], script: 'ps -ef', shape: heading },
  { name: 'ps -eLf: columns', needs: ['ps'], script: 'ps -eLf', shape: heading },
  { name: 'ps of signals', needs: ['ps'], script: "trap '' USR1; trap 'echo x' USR2; ps -o ignored=,caught=,blocked=,pending= -p $$" },
  {
    name: 'top -bn1 of one process',
    needs: ['top'],
    script: "top -bn1 -p $$ | sed -n '2,3p;7p' | sed 's/ *[0-9.]\\{1,\\}/ #/g'",
    shape: words,
  },
  { name: 'free', needs: ['free'], script: 'free', shape: numbers },
  { name: 'free -w', needs: ['free'], script: 'free -w', shape: numbers },
  { name: 'vmstat', needs: ['vmstat'], script: 'vmstat', shape: numbers },
  { name: 'vmstat -s', needs: ['vmstat'], script: 'vmstat -s', shape: numbers },
  {
    name: 'pmap: kinds of mappings of its own',
    needs: ['pmap'],
    script: "pmap $$ | awk 'NR>1 && $3 ~ /^[-rwxs]+$/ {print $3, $4, $5, $6}' | grep -v 'locale\\|anon\\|gconv' | sort -u",
  },
  { name: 'pmap -x: columns', needs: ['pmap'], script: 'pmap -x $$ | sed -n 2p', shape: words },
  {
    name: 'pmap -X counts itself',
    needs: ['pmap'],
    script: 'pmap -X $$ | awk \'NR==2{for(i=1;i<=NF;i++) if($i=="Rss"||$i=="Size"||$i=="Locked") print $i}\'',
  },
  {
    name: 'pgrep, pkill and pidof',
    needs: ['pgrep', 'pidof'],
    script: 'sleep 97 & sleep 0.5; pgrep -P $$ -x sleep | wc -l; pidof sleep | grep -wc $!; pkill -P $$ sleep; wait $!; echo $?',
  },
  {
    name: 'uptime',
    needs: ['uptime'],
    script: 'uptime -s | grep -c "^20..-..-.. ..:..:..$"; uptime | grep -c "load average: [0-9.]*, [0-9.]*, [0-9.]*$"',
  },
  { name: 'pwdx', needs: ['pwdx'], script: 'cd /usr/bin; pwdx $$ | cut -d: -f2' },
  {
    name: 'lsof of descriptors',
    needs: ['lsof'],
    script: "exec 7</etc/passwd 8>/dev/null 9<>/etc/hostname; lsof -w -a -p $$ -d cwd,7,8,9 -F ftan | grep -v '^p'",
  },
  {
    name: 'lsof of a deleted file, a pipe and a socket',
    needs: ['lsof', 'bash'],
    script:
      "bash -c 'echo x >/tmp/ring3-lsof; exec 7</tmp/ring3-lsof; rm /tmp/ring3-lsof; sleep 97 | cat & exec 8< <(sleep 0); lsof -w -a -p $$ -d 7,8 -F ftn | grep -v ^p; pkill -P $$'",
  },
  {
    name: 'fuser of an open file',
    needs: ['fuser'],
    script: 'exec 7</etc/passwd; fuser /etc/passwd 2>/dev/null | tr " " "\\n" | grep -wc $$',
  },
  {
    name: 'sysctl',
    needs: ['sysctl'],
    script: 'sysctl kernel.ostype vm.overcommit_memory kernel.cap_last_cap fs.nonesuch 2>&1 | sed "s/cap = .*/cap/"',
  },
  { name: 'findmnt', needs: ['findmnt'], script: 'findmnt -n -o TARGET,FSTYPE /proc' },
  {
    name: 'nproc and getconf',
    needs: ['getconf'],
    script: 'getconf PAGESIZE; nproc | grep -c "^[0-9]*$"; getconf _PHYS_PAGES | grep -c "^[0-9]*$"',
  },
  {
    name: 'the shell in /proc',
    needs: ['bash'],
    script:
      'cd /proc/self && readlink exe | grep -c sh; ls /proc/$$/task | wc -l; tr "\\0" " " </proc/$$/cmdline | wc -w; [ -r /proc/self/mem ] && echo mem; echo $(</proc/sys/kernel/ostype); test -d /proc/999999 || echo none',
  },
];

describe('tools on /proc agree with their native run', () => {
  for (const { name, needs, script, shape = (text: string) => text } of cases) {
    const missing = needs.filter((command) => !have(command));
    test.skipIf(missing.length > 0)(name, { timeout: 120_000, retry: 1 }, async () => {
      const argv = ['/bin/sh', '-c', script];
      const [expected, actual] = [await native(argv), await emulated(argv)];
      expect({ status: actual.status, stdout: shape(actual.stdout) }).toEqual({ status: expected.status, stdout: shape(expected.stdout) });
    });
  }
});
