import { createCore, loadCoreModule } from '@ring3/core';
import { createKernel } from '../boot.js';
import { KernelIter } from '../io/kernel-iter.js';
import { createTmpfs } from '../fs/tmpfs/tmpfs.js';
import { createHostInput, createHostOutput, hostInputEnd } from '../fs/host-stream/host-stream.js';
import type { Kernel, KernelOptions } from '../kernel.js';
import { spawnProcess } from '../spawn.js';
import { takeExits, type ExitRecord } from '../task/init.js';
import { coreImports } from '../trap/page-fault.js';
import { runSlice } from '../trap/trap.js';
import { fput } from '../vfs/file-table.js';
import { openAt } from '../vfs/open.js';
import { At, O } from '@ring3/abi';
import { FakePlatform } from './fake-platform.js';

export interface TestMachine {
  k: Kernel;
  platform: FakePlatform;
  /** Puts a file into the root. */
  put(path: string, bytes: Uint8Array, mode?: number): void;
  /** Runs a program to its end and tells what it printed. */
  run(path: string, argv?: readonly string[], envp?: readonly string[]): { stdout: string; stderr: string; exit: ExitRecord };
}

/** A whole kernel on the real core, with an empty tmpfs as root and a virtual clock. */
export function testMachine(options: Partial<KernelOptions> = {}, memoryLimit = 64 << 20): TestMachine {
  const platform = new FakePlatform();
  const core = createCore(
    loadCoreModule(),
    { memoryLimit },
    coreImports(() => k),
  );
  const k: Kernel = createKernel({
    core,
    platform,
    root: (kernel) => createTmpfs(kernel),
    options: { layout: 'compact', aslr: false, clock: 'virtual', hostname: 'test', quantum: 10_000, ...options },
  });
  return {
    k,
    platform,
    put(path, bytes, mode = 0o755) {
      const file = openAt(k, At.FDCWD, path, O.CREAT | O.WRONLY | O.TRUNC, mode);
      file.write(k, new KernelIter(bytes), 0);
      fput(k, file);
    },
    run(path, argv = [path], envp = []) {
      const task = spawnProcess(k, {
        path,
        argv,
        envp,
        cwd: '/',
        uid: 0,
        gid: 0,
        files: [createHostInput(k, 0), createHostOutput(k, 1), createHostOutput(k, 2)],
      });
      hostInputEnd(k, 0);
      for (;;) {
        const result = runSlice(k, 1_000_000);
        const exit = takeExits(k).find((record) => record.pid === task.tid);
        const take = (handle: number) => {
          const text = platform.output.get(handle) ?? '';
          platform.output.delete(handle);
          return text;
        };
        if (exit) return { stdout: take(1), stderr: take(2), exit };
        if (result !== 'ready') throw new Error(`${path} does not end: ${result}`);
      }
    },
  };
}
