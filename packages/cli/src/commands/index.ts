import { batchCommand } from './batch.js';
import { benchCommand } from './bench.js';
import type { Command } from './command.js';
import { disCommand } from './dis.js';
import { elfCommand } from './elf.js';
import { embedCommand } from './embed.js';
import { execTraceCommand } from './exec-trace.js';
import { faultsCommand } from './faults.js';
import { mapsCommand } from './maps.js';
import { packCommand } from './pack.js';
import { pagetableCommand } from './pagetable.js';
import { runCommand } from './run.js';
import { stackCommand } from './stack.js';
import { serveCommand } from './serve.js';
import { signalsCommand } from './signals.js';
import { straceCommand } from './strace.js';
import { traceCommand } from './trace.js';

/** The subcommands, in the order of `ring3 --help`. */
export const commands: Readonly<Record<string, Command>> = {
  run: runCommand,
  strace: straceCommand,
  maps: mapsCommand,
  pagetable: pagetableCommand,
  stack: stackCommand,
  'exec-trace': execTraceCommand,
  signals: signalsCommand,
  faults: faultsCommand,
  elf: elfCommand,
  dis: disCommand,
  trace: traceCommand,
  batch: batchCommand,
  pack: packCommand,
  serve: serveCommand,
  embed: embedCommand,
  bench: benchCommand,
};
