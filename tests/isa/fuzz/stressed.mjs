// node stressed.mjs SEED RUN-OPTIONS…: `ring3 run` with translation where the translator has the hardest time. Slices are short and of random
// length, so that regions are left by their fuel anywhere; code is translated after the first slice that ends in it; all of it is thrown
// away now and then, and the TLB with it. The guest must not notice.
import { Cpu, HotReason, MemoryMap, Profile } from '@ring3/abi';
import { Jit } from '@ring3/jit';
import { parseRun } from '../../../packages/cli/dist/run-options.js';
import { runProgram } from '../../../packages/cli/dist/run.js';

const [seed, ...args] = process.argv.slice(2);
/** Below so many instructions to go no region is entered. */
const LEAST = 2048;
const SLICE = 12_000;
/** One in so many stops. */
const EVICTS = 200;
const FLUSHES_TLB = 80;
/** Processes stand at few places for long: translating again what is translated already costs. */
const TRANSLATES = 20;

let random = Number(seed) | 1;
/** A number below `n`; xorshift32. */
function below(n) {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % n;
}

class StressedJit extends Jit {
  constructor(core, wasm, flushCount) {
    super(core, wasm, flushCount);
    const run = core.run.bind(core);
    const once = (budget) => run(Math.min(budget, below(8) ? LEAST + below(SLICE) : 1 + below(300)));
    core.run = (budget) => {
      const reason = once(budget);
      if (below(EVICTS) === 0) this.evictAll();
      else if (below(TRANSLATES) === 0) {
        this.#heat(core);
        this.poll();
      }
      if (below(FLUSHES_TLB) === 0) core.tlbFlushAll();
      return reason;
    };
  }

  /** Where the program is is hot. */
  #heat({ view }) {
    const rip = MemoryMap.Cpu + Cpu.Rip;
    if (view.getUint32(rip + 4, true) !== 0) return;
    view.setUint32(MemoryMap.Profile + Profile.HotCount, 1, true);
    view.setUint32(MemoryMap.Profile + Profile.Hot, view.getUint32(rip, true), true);
    view.setUint32(MemoryMap.Profile + Profile.Hot + 4, (below(2) ? HotReason.Ended : HotReason.Sampled) << 30, true);
  }
}

let machine;
process.exitCode = await runProgram(parseRun(args), {
  attach(attached) {
    machine = attached;
    machine.translate(StressedJit);
  },
  finish() {
    if (process.env.RING3_STRESS_STATS) process.stderr.write(`${JSON.stringify(machine.stats().jit)} ${machine.stats().instructions}\n`);
  },
});
