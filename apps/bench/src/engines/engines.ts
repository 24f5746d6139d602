import { existsSync } from 'node:fs';
import { pageFolder } from '../places.js';
import { Emulator, versionOf } from './emulators.js';
import type { Engine } from './engine.js';
import { Native } from './native.js';
import { find } from './process.js';
import { Ring3InNode } from './ring3-node.js';
import { Ring3InChromium } from './ring3-chromium.js';
import { Wasmtime } from './wasmtime.js';

/** An engine, or why it is not here. */
type Found = Engine | string;

interface ChromiumTools {
  chromiumFlags: readonly string[];
  chromiumPath(): string | undefined;
}

const chromiumTools = new URL('../../../../tools/chromium.mjs', import.meta.url).href;
const callersPath = process.env['PATH'] ?? '';

async function chromium(id: string, jit: boolean): Promise<Found> {
  const { chromiumFlags, chromiumPath } = (await import(chromiumTools)) as ChromiumTools;
  const executable = chromiumPath();
  if (!executable) return 'no Chromium (install it, or name one with RING3_CHROMIUM)';
  if (!existsSync(`${pageFolder}run.html`)) return 'its page is not built (npm run build)';
  return Ring3InChromium.start(id, jit, executable, chromiumFlags);
}

async function qemu(): Promise<Found> {
  const command = find('qemu-x86_64-static', callersPath) ?? find('qemu-x86_64', callersPath);
  if (!command) return 'neither qemu-x86_64-static nor qemu-x86_64 is on PATH';
  const version = versionOf(command, '--version');
  return new Emulator('qemu-user', 'qemu-user', command, version, {
    exec: 'it starts what /proc/self/exe is natively',
    tcc: 'it starts what the shell executes natively',
  });
}

async function blink(): Promise<Found> {
  const command = find('blink', callersPath);
  if (!command) return 'blink is not on PATH';
  return new Emulator('blink', 'blink', command, versionOf(command, '-v'), {});
}

async function wasmtime(): Promise<Found> {
  const command = find('wasmtime', callersPath);
  if (!command) return 'wasmtime is not on PATH';
  const { buildWasm } = await import('../catalogue/compile.js');
  try {
    buildWasm('empty');
  } catch {
    return 'no clang that compiles C for wasm32-wasi';
  }
  return new Wasmtime(command, versionOf(command, '--version'));
}

/** In the order of tables. Native is always there. */
const makers: Readonly<Record<string, () => Promise<Found>>> = {
  native: async () => new Native(),
  node: async () => new Ring3InNode('node', 'on'),
  'node-interp': async () => new Ring3InNode('node-interp', 'off'),
  chromium: () => chromium('chromium', true),
  'chromium-interp': () => chromium('chromium-interp', false),
  'qemu-user': qemu,
  blink,
  wasmtime,
};

export const engineNames: readonly string[] = Object.keys(makers);
/** Without --engines: what the goals are about, and peers that are here. */
export const usualEngines: readonly string[] = ['node', 'chromium', 'qemu-user', 'blink', 'wasmtime'];
export const quickEngines: readonly string[] = ['node'];

/** Starts those that are wanted, native first. */
export async function startEngines(wanted: readonly string[]): Promise<{ engines: Engine[]; notHere: Record<string, string> }> {
  const engines: Engine[] = [];
  const notHere: Record<string, string> = {};
  for (const name of engineNames.filter((one) => one === 'native' || wanted.includes(one))) {
    const found = await makers[name]!();
    if (typeof found === 'string') notHere[name] = found;
    else engines.push(found);
  }
  return { engines, notHere };
}
