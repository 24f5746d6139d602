import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineOptions, type ExitStatus, MachineEngine, nodeHost, StreamHandle } from '@ring3/machine/engine';
import { root } from '../support/run.js';
import type { Family } from './families.js';
import { packed } from './mutations.js';

const source = `${root}tests/elf/replay.c`;
const built = `${root}.cache/elf/replay`;

/** The driver, compiled where it is older than its source. */
function driver(): string {
  if (!existsSync(built) || statSync(built).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(`${root}.cache/elf`, { recursive: true });
    execFileSync('gcc', ['-static', '-O1', '-Wall', '-Wno-unused-result', '-o', built, source]);
  }
  return built;
}

/** Does something in a directory with the family's files and the driver. */
async function inDirectory<T>({ files, mutations }: Family, work: (directory: string) => T | Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'ring3-elf-'));
  chmodSync(directory, 0o755);
  try {
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(directory, name), bytes);
      chmodSync(join(directory, name), 0o755);
    }
    writeFileSync(join(directory, 'cases'), packed(mutations));
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What this machine's own kernel does with each mutation, in order. */
export function native(family: Family): Promise<string[]> {
  return inDirectory(family, (directory) => {
    const args = [directory, family.target, family.program, 'cases'];
    const text = execFileSync(driver(), args, { encoding: 'latin1', maxBuffer: 1 << 26, timeout: 120_000 });
    return text.trimEnd().split('\n');
  });
}

export interface Replay {
  outcomes: string[];
  exit: ExitStatus;
}

/** The same in one machine. */
export function emulated(family: Family, options: EngineOptions): Promise<Replay> {
  return inDirectory(family, async (directory) => {
    const chunks: Buffer[] = [];
    const machine = MachineEngine.create(
      nodeHost,
      {
        root: { kind: 'empty' },
        mounts: [
          { host: directory, guest: '/elf', readOnly: false },
          { host: driver(), guest: '/replay', readOnly: true },
        ],
        limits: { instructions: 4e9, wallTime: 100_000 },
        ...options,
      },
      {
        write: (handle, bytes) => {
          if (handle === StreamHandle.Stdout) chunks.push(Buffer.from(bytes));
          return true;
        },
        wanted: () => {},
        consumed: () => {},
        closed: () => {},
      },
    );
    const process = machine.spawn('/replay', ['/elf', family.target, family.program, 'cases'], { stdin: 'null' });
    await machine.run();
    const exit = await process.exited;
    return { outcomes: Buffer.concat(chunks).toString('latin1').trimEnd().split('\n'), exit };
  });
}
