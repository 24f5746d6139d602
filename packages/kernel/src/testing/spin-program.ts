import { SchedPolicy } from '@ring3/abi';
import { createHostInput, createHostOutput } from '../fs/host-stream/host-stream.js';
import type { Kernel } from '../kernel.js';
import { spawnProcess } from '../spawn.js';
import type { Task } from '../task/task.js';

const IMAGE = 0x40_0000;
const PAGE = 4096;

/** An ELF file that writes to each of its `pages` of bss, and then spins for ever. */
export function spinProgram(pages: number): Uint8Array {
  const bytes = new Uint8Array(160);
  const view = new DataView(bytes.buffer);
  const code = 120;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 62, true); // EM_X86_64
  view.setUint32(20, 1, true);
  view.setUint32(24, IMAGE + code, true);
  view.setUint32(32, 64, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 7, true);
  view.setUint32(80, IMAGE, true);
  view.setUint32(96, bytes.length, true);
  view.setUint32(104, (pages + 2) * PAGE, true);
  view.setUint32(112, PAGE, true);
  // mov rax, bss; mov ecx, pages + 1; again: mov byte [rax], 1; add rax, 4096; dec ecx; jnz again; jmp self
  bytes.set(
    [0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xb9, 0, 0, 0, 0, 0xc6, 0, 1, 0x48, 0x05, 0, 0x10, 0, 0, 0xff, 0xc9, 0x75, 0xf3, 0xeb, 0xfe],
    code,
  );
  view.setUint32(code + 2, IMAGE + PAGE, true);
  view.setUint32(code + 11, pages + 1, true);
  return bytes;
}

/** Spawns a program without arguments under a scheduling policy. */
export function spawnProgram(k: Kernel, path: string, policy = SchedPolicy.Normal, rtPriority = 0): Task {
  const task = spawnProcess(k, {
    path,
    argv: [path],
    envp: [],
    cwd: '/',
    uid: 0,
    gid: 0,
    files: [createHostInput(k, 0), createHostOutput(k, 1), createHostOutput(k, 2)],
  });
  task.policy = policy;
  task.rtPriority = rtPriority;
  k.scheduler.requeue(k, task);
  return task;
}
