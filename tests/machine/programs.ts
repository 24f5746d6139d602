import { existsSync, readFileSync } from 'node:fs';
import { createCore, loadCoreModule } from '@ring3/core';
import {
  coreImports,
  createHostInput,
  createHostOutput,
  createKernel,
  createTmpfs,
  hostInputEnd,
  type Kernel,
  KernelIter,
  openAt,
  fput,
  spawnProcess,
  type Task,
} from '@ring3/kernel';
import { At, O } from '@ring3/abi';
import { FakePlatform } from '../../packages/kernel/src/testing/fake-platform.js';
import { root } from '../support/run.js';

export const busybox = '/bin/busybox';
export const hello = `${root}.cache/guest/hello.static`;
export const haveBusybox = existsSync(busybox);
export const haveHello = existsSync(hello);

/** A host whose "random" bytes are a function of how many were drawn, so that a restored machine can go on drawing. */
export class CountingPlatform extends FakePlatform {
  drawn = 0;

  override random(into: Uint8Array): void {
    for (let i = 0; i < into.length; i++) into[i] = Math.imul(++this.drawn, 0x9e3779b1) >>> 24;
  }
}

export interface SmallMachine {
  k: Kernel;
  platform: CountingPlatform;
}

const MEMORY = 64 << 20;

/** A core with its memory, not yet booted. */
export function freshCore(kernel: () => Kernel) {
  return createCore(loadCoreModule(), { memoryLimit: MEMORY }, coreImports(kernel));
}

/** A machine with an empty root, a virtual clock and short turns. */
export function bootSmall(options: { aslr?: boolean } = {}): SmallMachine {
  const platform = new CountingPlatform();
  const k: Kernel = createKernel({
    core: freshCore(() => k),
    platform,
    root: (kernel) => createTmpfs(kernel),
    options: { layout: 'compact', aslr: options.aslr ?? false, clock: 'virtual', hostname: 'test', quantum: 20_000 },
  });
  return { k, platform };
}

export function putFile(k: Kernel, path: string, bytes: Uint8Array): void {
  const file = openAt(k, At.FDCWD, path, O.CREAT | O.WRONLY | O.TRUNC, 0o755);
  file.write(k, new KernelIter(bytes), 0);
  fput(k, file);
}

/** Starts a program without input. @throws Errno as execve gives it */
export function start(k: Kernel, path: string, argv: readonly string[]): Task {
  const task = spawnProcess(k, {
    path,
    argv,
    envp: ['PATH=/'],
    cwd: '/',
    uid: 0,
    gid: 0,
    files: [createHostInput(k, 0), createHostOutput(k, 1), createHostOutput(k, 2)],
  });
  hostInputEnd(k, 0);
  return task;
}

/** A machine that is about to run a script in busybox's shell. */
export function shellMachine(script: string, options: { aslr?: boolean } = {}): SmallMachine {
  const machine = bootSmall(options);
  putFile(machine.k, '/busybox', readFileSync(busybox));
  start(machine.k, '/busybox', ['busybox', 'sh', '-c', script]);
  return machine;
}
