import { type ChildProcess, spawn } from 'node:child_process';
import { find } from '../engines/process.js';
import { residentBytes } from '../engines/process-tree.js';
import { ring3Command } from '../places.js';
import type { MemoryResult } from '../result.js';
import type { Progress } from './rounds.js';
import { median } from './statistics.js';

/** So long it has nothing to do before it is looked at. */
const IDLE_MS = 1500;
const LIMIT_MS = 30_000;

/** bash says what it has itself, then waits for a line. */
const askAndWait = 'while read -r name size unit; do [[ $name == VmRSS: ]] && echo "$size"; done </proc/self/status; read -r line';

/** Resolves with the first line that it prints. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error('it prints nothing')), LIMIT_MS);
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      then();
    };
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) settle(() => resolve(text.split('\n')[0]!));
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('close', (code) => settle(() => reject(new Error(`it ended with ${code} before it printed a line`))));
  });
}

/** Resident bytes of an idle process, and the first line that it printed. */
async function idle(command: readonly string[]): Promise<{ bytes: number; line: string }> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const line = await firstLine(child);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    return { bytes: residentBytes(child.pid!), line };
  } finally {
    child.kill('SIGKILL');
  }
}

/**
 * Memory of Ring3 with an idle bash beyond node's own and bash's pages.
 * @returns null: there is no bash
 */
export async function measureMemory(samples: number, progress: Progress): Promise<MemoryResult | null> {
  const bash = find('bash');
  if (!bash) return null;
  const ring3: number[] = [];
  const node: number[] = [];
  const guest: number[] = [];
  for (let i = 0; i < samples; i++) {
    progress(`memory ${i + 1}/${samples}`);
    node.push((await idle([process.execPath, '-e', 'console.log(1); setTimeout(() => {}, 1e6)'])).bytes);
    const here = await idle([process.execPath, ring3Command, 'run', '--root', '/', '--jit', 'on', '--', bash, '-c', askAndWait]);
    ring3.push(here.bytes);
    guest.push(Number(here.line) * 1024);
  }
  const result = { ring3: median(ring3), node: median(node), guest: median(guest) };
  return { ...result, overhead: result.ring3 - result.node - result.guest };
}
