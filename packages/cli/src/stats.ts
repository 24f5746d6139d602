import type { MachineEngine } from '@ring3/machine/engine';

/** --stats: counters of the machine on stderr, for people or (one line) for programs. */
export function printStats(machine: MachineEngine, format: 'text' | 'json'): void {
  const stats = machine.stats();
  const mips = stats.instructions / 1e6 / Math.max(stats.hostSeconds, 1e-6);
  if (format === 'json') {
    process.stderr.write(`${JSON.stringify({ ...stats, mips })}\n`);
    return;
  }
  const lines: [string, string][] = [
    ['instructions', stats.instructions.toLocaleString('en')],
    ['host seconds', stats.hostSeconds.toFixed(3)],
    ['MIPS', mips.toFixed(0)],
    ['page faults', `${stats.minorFaults} minor, ${stats.majorFaults} major`],
    ['context switches', stats.contextSwitches.toLocaleString('en')],
    ['memory in use', `${((stats.framesUsed * 4096) / 1024 / 1024).toFixed(1)} MiB`],
    ...Object.entries(stats.core).map(([name, value]): [string, string] => [name, value.toLocaleString('en')]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  for (const [name, value] of lines) process.stderr.write(`${name.padEnd(width)}  ${value}\n`);
}
