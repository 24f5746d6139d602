import { buildWorkload } from './build.mjs';
import { median, spread, time, timeGuest } from './measure.mjs';

/** Interleaved rounds of native and Ring3 runs; every output must be the same. Start-up is what the empty program costs in the same rounds. */
export function measureWorkloads(workloads, rounds, scale, progress) {
  const empty = buildWorkload('empty');
  const series = workloads.map((workload) => ({
    workload,
    argv: [buildWorkload(workload.name), String(Math.max(1, Math.round(workload.count * scale)))],
    native: [],
    guest: [],
    instructions: 0,
  }));
  const startNative = [];
  const startGuest = [];
  let startInstructions = 0;
  for (let round = 0; round < rounds; round++) {
    startNative.push(time([empty]).seconds);
    const start = timeGuest([empty]);
    startGuest.push(start.seconds);
    startInstructions = start.instructions;
    for (const one of series) {
      progress(`round ${round + 1}/${rounds} ${one.workload.name}`);
      const native = time(one.argv);
      const guest = timeGuest(one.argv);
      if (native.status !== 0 || guest.status !== 0)
        throw new Error(`${one.workload.name}: exit status ${native.status} natively, ${guest.status} here\n${guest.error}`);
      if (native.output !== guest.output)
        throw new Error(`${one.workload.name}: printed ${native.output.trim()} natively, ${guest.output.trim()} here`);
      one.native.push(native.seconds);
      one.guest.push(guest.seconds);
      one.instructions = guest.instructions;
    }
  }
  const nativeStart = median(startNative);
  const guestStart = median(startGuest);
  const rows = series.map(({ workload, native, guest, instructions }) => {
    const nativeNet = native.map((seconds) => Math.max(seconds - nativeStart, 1e-6));
    const guestNet = guest.map((seconds) => Math.max(seconds - guestStart, 1e-6));
    const retired = instructions - startInstructions;
    return {
      name: workload.name,
      kind: workload.kind,
      native: spread(nativeNet),
      ring3: spread(guestNet),
      ratio: spread(guestNet.map((seconds, i) => seconds / nativeNet[i])),
      instructions: retired,
      mips: retired / median(guestNet) / 1e6,
    };
  });
  return { start: { native: nativeStart, ring3: guestStart, instructions: startInstructions }, rows };
}
