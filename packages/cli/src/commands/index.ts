import type { Command } from './command.js';

/** The subcommands, in the order of `ring3 --help`. Only the one that is asked for is loaded. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.js')).runCommand,
  strace: async () => (await import('./strace.js')).straceCommand,
  maps: async () => (await import('./maps.js')).mapsCommand,
  pagetable: async () => (await import('./pagetable.js')).pagetableCommand,
  stack: async () => (await import('./stack.js')).stackCommand,
  'exec-trace': async () => (await import('./exec-trace.js')).execTraceCommand,
  signals: async () => (await import('./signals.js')).signalsCommand,
  faults: async () => (await import('./faults.js')).faultsCommand,
  elf: async () => (await import('./elf.js')).elfCommand,
  jit: async () => (await import('./jit.js')).jitCommand,
  dis: async () => (await import('./dis.js')).disCommand,
  trace: async () => (await import('./trace.js')).traceCommand,
  batch: async () => (await import('./batch.js')).batchCommand,
  pack: async () => (await import('./pack.js')).packCommand,
  serve: async () => (await import('./serve.js')).serveCommand,
  embed: async () => (await import('./embed.js')).embedCommand,
  bench: async () => (await import('./bench.js')).benchCommand,
};
