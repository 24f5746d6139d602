import type { Machine } from '@ring3/machine';

/** --stats: counters of the machine on stderr. */
export function printStats(machine: Machine): void {
  const stats = machine.stats();
  const seconds = stats.hostSeconds;
  const lines: [string, string][] = [
    ['instructions', stats.instructions.toLocaleString('en')],
    ['host seconds', seconds.toFixed(3)],
    ['MIPS', (stats.instructions / 1e6 / Math.max(seconds, 1e-6)).toFixed(0)],
    ['page faults', `${stats.minorFaults} minor, ${stats.majorFaults} major`],
    ['context switches', stats.contextSwitches.toLocaleString('en')],
    ['memory in use', `${(stats.framesUsed * 4096 / 1024 / 1024).toFixed(1)} MiB`],
    ...Object.entries(stats.core).map(([name, value]): [string, string] => [name, value.toLocaleString('en')]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  for (const [name, value] of lines) process.stderr.write(`${name.padEnd(width)}  ${value}\n`);
}
