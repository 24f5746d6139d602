import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ELF_HEADER = 64;

/** An ELF header with one empty program header's room; `change` makes it what the case needs. */
function elf(change: (view: DataView) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(ELF_HEADER + 100);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(bytes.buffer);
  view.setUint16(16, 2, true); // e_type: ET_EXEC
  view.setUint16(18, 62, true); // e_machine: EM_X86_64
  view.setUint32(20, 1, true);
  view.setBigUint64(24, 0x400078n, true); // e_entry
  view.setBigUint64(32, 64n, true); // e_phoff
  view.setUint16(52, ELF_HEADER, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true); // e_phnum
  change(view);
  return bytes;
}

function withInterpreter(program: string, interpreter: string): Uint8Array {
  const bytes = readFileSync(program);
  const at = bytes.indexOf('/lib64/ld-linux');
  bytes.write(interpreter, at, 'latin1');
  return bytes;
}

export interface BadFile {
  name: string;
  content: () => Uint8Array | string;
  mode?: number;
  status: 126 | 127;
  /** What the one line says after the program's name. */
  message: RegExp;
}

/** Files that cannot be run, each with the line that tells why. */
export const badFiles: readonly BadFile[] = [
  { name: 'text', content: () => '# a title\n', status: 126, message: /not an ELF file$/ },
  { name: 'empty', content: () => '', status: 126, message: /an empty file$/ },
  { name: 'not-executable', content: () => '#!/bin/sh\n', mode: 0o644, status: 126, message: /permission denied: not executable$/ },
  {
    name: 'i386',
    content: () => elf((view) => (view.setUint8(4, 1), view.setUint16(18, 3, true))),
    status: 126,
    message: /for i386, not x86-64$/,
  },
  {
    name: 'x32',
    content: () => elf((view) => (view.setUint8(4, 1), view.setUint16(54, 32, true))),
    status: 126,
    message: /a 32-bit ELF file/,
  },
  { name: 'aarch64', content: () => elf((view) => view.setUint16(18, 183, true)), status: 126, message: /for aarch64, not x86-64$/ },
  {
    name: 's390',
    content: () => elf((view) => (view.setUint8(5, 2), view.setUint16(18, 22, false))),
    status: 126,
    message: /for s390, not x86-64$/,
  },
  { name: 'riscv', content: () => elf((view) => view.setUint16(18, 243, true)), status: 126, message: /for riscv, not x86-64$/ },
  {
    name: 'relocatable.o',
    content: () => elf((view) => view.setUint16(16, 1, true)),
    status: 126,
    message: /a relocatable object file: link it first$/,
  },
  { name: 'core', content: () => elf((view) => view.setUint16(16, 4, true)), status: 126, message: /a core dump$/ },
  { name: 'half-a-header', content: () => elf().subarray(0, 40), status: 126, message: /a truncated ELF file$/ },
  { name: 'header-only', content: () => elf().subarray(0, ELF_HEADER), status: 126, message: /damaged or truncated$/ },
  { name: 'no-program-headers', content: () => elf((view) => view.setUint16(56, 0, true)), status: 126, message: /damaged or truncated$/ },
  { name: 'truncated', content: () => readFileSync('/bin/true').subarray(0, 200), status: 126, message: /damaged or truncated$/ },
  {
    name: 'no-interpreter',
    content: () => withInterpreter('/bin/true', '/lib64/ld-nosuch'),
    status: 127,
    message: /interpreter \/lib64\/ld-nosuch\S* is not in the guest; with --root \//,
  },
  {
    name: 'script',
    content: () => '#!/no/such/shell -x\n',
    status: 127,
    message: /interpreter \/no\/such\/shell is not in the guest; with --root \//,
  },
  { name: 'script-of-nothing', content: () => '#!\n', status: 126, message: /a script that names no interpreter$/ },
];

export function writeBadFiles(folder: string): void {
  mkdirSync(join(folder, 'folder'));
  for (const { name, content, mode = 0o755 } of badFiles) {
    writeFileSync(join(folder, name), content());
    chmodSync(join(folder, name), mode);
  }
}
