import { existsSync } from 'node:fs';
import { median, spread, time, timeGuest } from './measure.mjs';

/** CPU time from nothing to the end of whole programs of this system, beside the bare `node -e 0`. */
export function measurePrograms(programs, rounds, progress) {
  const series = programs.filter(({ argv }) => existsSync(argv[0])).map((program) => ({ program, native: [], guest: [], instructions: 0 }));
  const node = [];
  for (let round = 0; round < rounds; round++) {
    node.push(time([process.execPath, '-e', '0']).seconds);
    for (const one of series) {
      progress(`round ${round + 1}/${rounds} ${one.program.name}`);
      const native = time(one.program.argv);
      const guest = timeGuest(one.program.argv, ['--root', '/']);
      if (native.status !== guest.status)
        throw new Error(`${one.program.name}: exit status ${native.status} natively, ${guest.status} here\n${guest.error}`);
      one.native.push(native.seconds);
      one.guest.push(guest.seconds);
      one.instructions = guest.instructions;
    }
  }
  const base = median(node);
  const rows = series.map(({ program, native, guest, instructions }) => ({
    name: program.name,
    native: spread(native),
    ring3: spread(guest),
    overNode: median(guest) - base,
    instructions,
  }));
  return { node: base, rows };
}
