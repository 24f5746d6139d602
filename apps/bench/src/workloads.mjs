/**
 * What is measured. `count` is argv[1]: such that a native run takes some tens of milliseconds. `kind`: 'cpu' workloads are about
 * instructions, 'kernel' ones about what the kernel does for a program. MIPS is shown for the former only.
 */
export const workloads = [
  { name: 'integer', kind: 'cpu', count: 60_000_000 },
  { name: 'sha256', kind: 'cpu', count: 20_000 },
  { name: 'qsort', kind: 'cpu', count: 60 },
  { name: 'bytecode', kind: 'cpu', count: 300 },
  { name: 'sieve', kind: 'cpu', count: 40 },
  { name: 'fib', kind: 'cpu', count: 400 },
  { name: 'nbody', kind: 'cpu', count: 300_000 },
  { name: 'strings', kind: 'cpu', count: 1_500 },
  { name: 'syscall', kind: 'kernel', count: 40_000 },
  { name: 'fault', kind: 'kernel', count: 200 },
  { name: 'fork', kind: 'kernel', count: 1_000 },
  { name: 'exec', kind: 'kernel', count: 200 },
];

/** Whole programs of this system, whose cost is their start: argv under `--root /`. */
export const programs = [
  { name: 'true', argv: ['/bin/true'] },
  { name: 'bash', argv: ['/bin/bash', '-c', 'true'] },
  { name: 'bash-fork', argv: ['/bin/bash', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done'] },
  { name: 'python3', argv: ['/usr/bin/python3', '-c', '0'] },
];
