import type { MachineEngine, MachineStats, TranslationStats } from '@ring3/machine/engine';
import { countTiers, type Tiers, tiersOf } from './jit/tiers.js';

type Line = readonly [name: string, value: string];

const number = (value: number): string => value.toLocaleString('en');
const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;

/** --stats: counters of the machine on stderr, for people or (one line) for programs. */
export function printStats(machine: MachineEngine, format: 'text' | 'json'): void {
  const stats = machine.stats();
  const mips = stats.instructions / 1e6 / Math.max(stats.hostSeconds, 1e-6);
  const known = tiersOf(machine.translatedFunctions);
  const tiers = known && countTiers(known);
  if (format === 'json') {
    const jit = stats.jit && { ...stats.jit, tiers };
    process.stderr.write(`${JSON.stringify({ ...stats, jit, mips })}\n`);
    return;
  }
  const lines = [...machineLines(stats, mips), ...(stats.jit ? translationLines(stats.jit, tiers) : [])];
  const width = Math.max(...lines.map(([name]) => name.length));
  for (const [name, value] of lines) process.stderr.write(`${name.padEnd(width)}  ${value}\n`);
}

function machineLines(stats: MachineStats, mips: number): Line[] {
  const { instructions, interpreterMips, jit } = stats;
  return [
    ['instructions', number(instructions)],
    ['of them translated', jit ? percent(jit.instructions, instructions) : 'none'],
    ['host seconds', stats.hostSeconds.toFixed(3)],
    [
      'MIPS',
      `${mips.toFixed(0)}, ${interpreterMips === null ? 'too few were interpreted to tell how fast' : `${interpreterMips.toFixed(0)} interpreted`}`,
    ],
    ['page faults', `${stats.minorFaults} minor, ${stats.majorFaults} major`],
    ['context switches', number(stats.contextSwitches)],
    ['memory in use', `${((stats.framesUsed * 4096) / 1024 / 1024).toFixed(1)} MiB`],
    ...Object.entries(stats.core).map(([name, value]): Line => [name, number(value)]),
  ];
}

function translationLines(jit: TranslationStats, tiers: Tiers | null): Line[] {
  const { exits, live } = jit;
  return [
    [
      'translated',
      `${number(jit.insns)} instructions in ${number(jit.regions)} regions, ${number(jit.modules)} modules of ${number(jit.bytes)} bytes`,
    ],
    ['translating', `${milliseconds(jit.time)}, ${milliseconds(jit.compiling)} of it in V8`],
    ['live', `${number(live.regions)} regions with ${number(live.entries)} entries, ${number(live.modules)} modules`],
    [
      'V8 tiers',
      tiers
        ? `${number(tiers.turbofan)} TurboFan, ${number(tiers.liftoff)} Liftoff, ${number(tiers.none)} never called`
        : 'this Node does not tell',
    ],
    ['made again', `${number(jit.again)} regions; ${number(jit.evictions)} times everything`],
    ['runs of it', `${number(jit.runs)}, of ${number(Math.round(jit.instructions / Math.max(1, jit.runs)))} instructions`],
    ['left for fuel', number(exits.fuel)],
    ['left at its end', number(exits.ended)],
    ['left at what fails', number(exits.failed)],
    ['left undecoded', number(exits.undecoded)],
    ['refused', number(exits.refused)],
    ['stepped inside', number(jit.steps)],
  ];
}
