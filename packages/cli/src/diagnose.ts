import { statSync } from 'node:fs';
import type { MachineEngine } from '@ring3/machine/engine';
import { CliError, CliStatus } from './cli-error.js';

const machines = new Map([
  [3, 'i386'],
  [8, 'mips'],
  [20, 'ppc'],
  [21, 'ppc64'],
  [22, 's390'],
  [40, 'arm'],
  [183, 'aarch64'],
  [243, 'riscv'],
]);

const isScript = (head: Uint8Array): boolean => head[0] === 0x23 && head[1] === 0x21;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** What stands at the start of a file, for people whose program does not start; null where it looks startable. */
function describe(head: Uint8Array): string | null {
  if (head.length === 0) return 'an empty file';
  if (isScript(head)) return /^#![ \t]*\S/.test(latin1(head)) ? null : 'a script that names no interpreter';
  if (!(head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46)) return 'not an ELF file';
  if (head.length < 64) return 'a truncated ELF file';
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const machine = view.getUint16(18, head[5] !== 2);
  const bits = head[4] === 1 ? '32-bit ' : '';
  if (machine !== 62) return `an ELF file for ${machines.get(machine) ?? `machine ${machine}`}, not x86-64`;
  if (bits) return 'a 32-bit ELF file, and Ring3 runs 64-bit ones';
  const type = view.getUint16(16, true);
  if (type === 1) return 'a relocatable object file: link it first';
  if (type === 4) return 'a core dump';
  return null;
}

/** PT_INTERP of an ELF file or the interpreter of a script. */
function interpreterOf(head: Uint8Array): string | null {
  if (isScript(head)) return /^#![ \t]*(\S+)/.exec(latin1(head))?.[1] ?? null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const at = Number(view.getBigUint64(32, true));
  for (let i = 0; i < view.getUint16(56, true); i++) {
    const entry = at + i * 56;
    if (entry + 56 > head.length) return null;
    if (view.getUint32(entry, true) !== 3) continue;
    const offset = Number(view.getBigUint64(entry + 8, true));
    const size = Number(view.getBigUint64(entry + 32, true));
    if (offset + size > head.length) return null;
    return latin1(head.subarray(offset, offset + size - 1));
  }
  return null;
}

function isHostDirectory(program: string): boolean {
  return program.includes('/') && statSync(program, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * The one line that tells a user why a program did not start, and the exit status that goes with it.
 * @param path absolute in the guest; null when it was not found there
 */
export function explainSpawnError(machine: MachineEngine, program: string, path: string | null, code: string, hostRoot: boolean): CliError {
  const fail = (status: CliStatus, why: string): CliError => new CliError(status, `${program}: ${why}`);
  if (path === null) {
    if (isHostDirectory(program)) return fail(CliStatus.NotExecutable, 'is a directory');
    const hint = hostRoot ? '' : ' (for a program of this system: --root /)';
    return fail(CliStatus.NotFound, `not found in the guest${program.includes('/') ? '' : "'s PATH"}${hint}`);
  }
  if (code === 'EACCES')
    return fail(CliStatus.NotExecutable, machine.files.isDirectory(path) ? 'is a directory' : 'permission denied: not executable');
  let head: Uint8Array;
  try {
    head = machine.files.readHead(path, 65536);
  } catch {
    return fail(CliStatus.NotExecutable, `cannot be read (${code})`);
  }
  const what = describe(head);
  if (what) return fail(CliStatus.NotExecutable, `not executable: ${what}`);
  if (code === 'ENOENT') {
    const interpreter = interpreterOf(head);
    const hint = hostRoot ? '' : '; with --root / it runs against this system';
    return fail(CliStatus.NotFound, `its interpreter ${interpreter ?? ''} is not in the guest${hint}`);
  }
  const reasons: Record<string, string> = {
    ENOEXEC: 'not executable: the ELF file is damaged or truncated',
    ELIBBAD: 'its interpreter is not an ELF file for x86-64',
    ELOOP: 'too many levels of symbolic links or script interpreters',
    E2BIG: 'arguments and environment are too long',
    ENOMEM: 'not enough guest memory (see --memory), or the ELF file is damaged',
    EOVERFLOW: 'not executable: the ELF file is damaged or truncated',
    EIO: 'not executable: the file is truncated',
    EINVAL: 'not executable: the ELF file is damaged or truncated',
    EFAULT: 'not executable: the ELF file is damaged or truncated',
  };
  return fail(CliStatus.NotExecutable, reasons[code] ?? `cannot be executed (${code})`);
}
