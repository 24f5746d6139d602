import { Auxv, Binprm, BinprmFlag, Cpuid, Hz, PageSize, Phdr } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EFAULT, EINVAL, ENAMETOOLONG } from '../errno.js';
import { expandStack } from '../mm/stack.js';
import { copyToUser, strncpyFromUser } from '../mm/uaccess.js';
import { archAlignStack } from './arg-pages.js';
import type { LinuxBinprm } from './bprm.js';
import type { ElfHeader } from './elf-header.js';
import { execTraced, stage } from './stage.js';

const PLATFORM = 'x86_64';
const RANDOM_BYTES = 16;

/** What the loader has found out about the program and its interpreter; addresses with their load bias. */
export interface ElfPlacement {
  header: ElfHeader;
  loadAddress: number;
  interpreterBase: number;
  entry: number;
}

/**
 * Lays out the initial stack. High addresses first:
 *
 *   bprm.p (16-byte aligned)  argument strings …
 *                             "x86_64\0"                            AT_PLATFORM
 *                             16 random bytes                       AT_RANDOM
 *                             padding to 16
 *                             auxiliary vector: (type, value)…, AT_NULL
 *                             envp[0] … envp[envc−1], 0
 *                             argv[0] … argv[argc−1], 0
 *   rsp (16-byte aligned)     argc
 *
 * Sets bprm.p to rsp, and arg_* and env_* of the mm. Linux: fs/binfmt_elf.c:
 * create_elf_tables. @throws EFAULT, EINVAL
 */
export function createElfTables(k: Kernel, bprm: LinuxBinprm, placement: ElfPlacement): void {
  const task = k.current;
  const { mm } = task;
  const { vma } = bprm;
  if (!mm || !vma) throw new Error('create_elf_tables comes after setup_arg_pages');

  const platform = archAlignStack(k, bprm.p) - (PLATFORM.length + 1);
  copyToUser(
    k,
    platform,
    Uint8Array.from(`${PLATFORM}\0`, (char) => char.charCodeAt(0)),
  );
  const random = new Uint8Array(RANDOM_BYTES);
  k.platform.random(random);
  const randomAt = platform - RANDOM_BYTES;
  copyToUser(k, randomAt, random);

  const { header, loadAddress, interpreterBase, entry } = placement;
  const { cred } = task;
  mm.auxv = [
    [Auxv.SysInfoEhdr, mm.vdsoBase],
    [Auxv.HwCap, Cpuid.Features1Edx],
    [Auxv.PageSz, PageSize.Bytes],
    [Auxv.ClkTck, Hz.User],
    [Auxv.Phdr, loadAddress + header.phoff],
    [Auxv.PhEnt, Phdr.Bytes],
    [Auxv.PhNum, header.phnum],
    [Auxv.Base, interpreterBase],
    [Auxv.Flags, 0],
    [Auxv.Entry, entry],
    [Auxv.Uid, cred.uid],
    [Auxv.EUid, cred.euid],
    [Auxv.Gid, cred.gid],
    [Auxv.EGid, cred.egid],
    [Auxv.Secure, bprm.secureexec ? 1 : 0],
    [Auxv.Random, randomAt],
    [Auxv.HwCap2, 0],
    [Auxv.ExecFn, bprm.exec],
    [Auxv.Platform, platform],
    ...(bprm.interpFlags & BinprmFlag.ExecFd ? [[Auxv.ExecFd, bprm.interpData] satisfies [number, number]] : []),
    [Auxv.Null, 0],
  ];

  const { argc, envc } = bprm;
  const auxvAt = randomAt - mm.auxv.length * 16;
  const pointersAt = auxvAt - (1 + argc + 1 + envc + 1) * 8;
  const rsp = pointersAt - (((pointersAt % 16) + 16) % 16);
  bprm.p = rsp;
  if (rsp < vma.start && !expandStack(k, mm, vma, rsp)) throw EFAULT;

  const words: number[] = [argc];
  let string = mm.argStart;
  string = pushPointers(k, words, string, argc);
  mm.argEnd = mm.envStart = string;
  string = pushPointers(k, words, string, envc);
  mm.envEnd = string;
  for (const [type, value] of mm.auxv) words.push(type, value);
  copyToUser(k, rsp, wordBytes(words));
  if (!execTraced(k)) return;
  stage(k, 'create_elf_tables', { argc, envc, rsp, auxv: rsp + (argc + envc + 3) * 8, random: randomAt, platform });
  for (const [type, value] of mm.auxv) stage(k, 'auxv_entry', { type, value });
}

/** Pointers to `count` strings that lie one after the other, and the null behind them. Returns where the strings end. */
function pushPointers(k: Kernel, words: number[], first: number, count: number): number {
  let at = first;
  for (let i = 0; i < count; i++) {
    words.push(at);
    at += stringLength(k, at) + 1;
  }
  words.push(0);
  return at;
}

function stringLength(k: Kernel, va: number): number {
  try {
    return strncpyFromUser(k, va, Binprm.MaxArgStrLen).length;
  } catch (error) {
    throw error === ENAMETOOLONG ? EINVAL : error;
  }
}

/** 64-bit little-endian words; negative Numbers are sign-extended. */
function wordBytes(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setUint32(i * 8, word >>> 0, true);
    view.setUint32(i * 8 + 4, Math.floor(word / 0x1_0000_0000) >>> 0, true);
  });
  return bytes;
}
