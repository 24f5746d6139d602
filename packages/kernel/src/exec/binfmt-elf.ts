import { ElfType, MapFlag, PageSize, Personality, Pf, Prot, Pt } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import type { Mm } from '../mm/mm.js';
import { EINVAL, ENOEXEC } from '../errno.js';
import { registerState } from '../state.js';
import { ExecStack } from '../mm/exec-stack.js';
import { layoutOf, pieLoadBias, randomizeBrk, randomizes } from '../mm/layout.js';
import { doMmap } from '../mm/mmap.js';
import { pageBase, pageOffset } from '../mm/page.js';
import { loadEagerly, readSegments } from '../mm/paging-policy.js';
import { clearUser } from '../mm/uaccess.js';
import { setupArgPages } from './arg-pages.js';
import { LinuxBinfmt } from './binfmt.js';
import { checkInterpreter, loadElfInterp, openInterpreter } from './binfmt-elf-interp.js';
import { loadElfLibrary } from './binfmt-elf-shlib.js';
import type { LinuxBinprm } from './bprm.js';
import type { CoredumpParams } from './coredump/core-file.js';
import { elfCoreDump } from './coredump/elf-core.js';
import {
  isLoadable,
  isOurMachine,
  loadElfPhdrs,
  parseElfHeader,
  totalMappingSize,
  type ElfHeader,
  type ProgramHeader,
} from './elf-header.js';
import { elfMap, ignoreErrno, isBadAddress, overflowsTask, padZero, protOf, setBrk } from './elf-map.js';
import { createElfTables } from './elf-tables.js';
import { closeExec } from './exec-file.js';
import { installExecCreds } from './exec-creds.js';
import { finalizeExec, flushOldExec, setPersonality, setupNewExec, startThread } from './new-exec.js';
import { execTraced, stage } from './stage.js';
import { archSetupAdditionalPages } from './vdso/vdso.js';

/** 64-bit ELF: fs/binfmt_elf.c. */
export class BinfmtElf extends LinuxBinfmt {
  override minCoredump = PageSize.Bytes;
  constructor() {
    super('elf');
  }

  override loadShlib(k: Kernel, file: File): void {
    loadElfLibrary(k, file);
  }

  override get dumpsCore(): boolean {
    return true;
  }

  override coreDump(k: Kernel, params: CoredumpParams): boolean {
    return elfCoreDump(k, params);
  }

  /** Linux: load_elf_binary. */
  loadBinary(k: Kernel, bprm: LinuxBinprm): void {
    const { file } = bprm;
    const header = parseElfHeader(bprm.buf);
    bprm.at = 'load_elf_binary';
    if (execTraced(k)) traceHeader(k, header, file);
    if (!file || !header || !isLoadable(header) || !isOurMachine(header) || !file.inode.mapping) throw ENOEXEC;
    bprm.at = 'load_elf_phdrs';
    const headers = loadElfPhdrs(k, file, header, 'program');
    if (!headers) throw ENOEXEC;
    bprm.at = 'load_elf_binary';

    const interpreter = openInterpreter(k, bprm, headers);
    try {
      const stack = executableStack(headers);
      if (execTraced(k)) {
        const present = stack !== ExecStack.Default;
        stage(k, 'pt_gnu_stack', { present, executable: stack !== ExecStack.Disable, read_implies_exec: stack !== ExecStack.Disable });
      }
      const interpreterImage = interpreter && checkInterpreter(k, interpreter);

      readSegments(k, file.inode.mapping, headers);
      if (interpreter && interpreterImage) readSegments(k, interpreter.file.inode.mapping, interpreterImage.headers);

      flushOldExec(k, bprm);
      setPersonality(k, stack !== ExecStack.Disable);
      setupNewExec(k, bprm);
      installExecCreds(k, bprm);
      bprm.at = 'setup_arg_pages';
      setupArgPages(k, bprm, stack);
      bprm.at = 'load_elf_binary';
      const { mm } = k.current;
      if (!mm) throw new Error('no address space after exec_mmap');

      const image = mapImage(k, mm, file, header, headers, interpreter !== null);
      let entry = image.entry;
      let interpreterBase = 0;
      if (interpreter && interpreterImage) {
        bprm.at = 'load_elf_interp';
        interpreterBase = loadElfInterp(k, mm, interpreter, interpreterImage, image.loadBias !== 0);
        entry = interpreterBase + interpreterImage.header.entry;
        bprm.at = 'load_elf_binary';
      }
      if (execTraced(k)) {
        stage(k, 'elf_entry', { entry, program_entry: image.entry, interpreter_base: interpreter ? interpreterBase : null });
      }
      if (isBadAddress(entry)) throw EINVAL;
      mm.binfmt = this;
      archSetupAdditionalPages(k, mm);

      createElfTables(k, bprm, { header, loadAddress: image.loadAddress, interpreterBase, entry: image.entry });
      mm.startCode = image.startCode;
      mm.endCode = image.endCode;
      mm.startData = image.startData;
      mm.endData = image.endData;
      mm.startStack = bprm.p;
      if (randomizes(k)) {
        // ld.so run directly: its brk would lie among the mappings.
        if (header.type === ElfType.Dyn && !interpreter) mm.startBrk = mm.brk = layoutOf(k).pieBase;
        mm.startBrk = mm.brk = randomizeBrk(k, mm.brk);
      }
      if (execTraced(k)) traceLayout(k, mm);
      if (k.current.personality & Personality.MmapPageZero) mapPageZero(k, mm);
      loadEagerly(k, mm);
      finalizeExec(k, bprm);
      startThread(k, entry, bprm.p);
    } finally {
      if (interpreter) closeExec(k, interpreter.file);
    }
  }
}
registerState('BinfmtElf', BinfmtElf);

/** The header checks in their order: the first that fails is `refused`. */
function traceHeader(k: Kernel, header: ElfHeader | null, file: File | null): void {
  const { type = 0, machine = 0, entry = 0, phnum = 0, phoff = 0 } = header ?? {};
  let refused: string | null = null;
  if (!header) refused = 'magic';
  else if (!isLoadable(header)) refused = 'type';
  else if (!isOurMachine(header)) refused = 'machine';
  else if (!file?.inode.mapping) refused = 'mmap';
  stage(k, 'load_elf_binary', { magic: header !== null, type, machine, entry, phnum, phoff, refused });
}

function traceLayout(k: Kernel, mm: Mm): void {
  stage(k, 'mm_layout', {
    start_code: mm.startCode,
    end_code: mm.endCode,
    start_data: mm.startData,
    end_data: mm.endData,
    start_brk: mm.startBrk,
    start_stack: mm.startStack,
  });
}

/** The last PT_GNU_STACK decides. */
function executableStack(headers: readonly ProgramHeader[]): ExecStack {
  let stack = ExecStack.Default;
  for (const { type, flags } of headers) {
    if (type === Pt.GnuStack) stack = flags & Pf.X ? ExecStack.Enable : ExecStack.Disable;
  }
  return stack;
}

/** SVr4 programs expect to read zeros at address 0. Where mmap refuses the place, the program goes without. */
function mapPageZero(k: Kernel, mm: Mm): void {
  ignoreErrno(() => doMmap(k, mm, null, 0, PageSize.Bytes, Prot.Read | Prot.Exec, MapFlag.Fixed | MapFlag.Private, 0));
}

interface Image {
  loadBias: number;
  /** Where the file's offset 0 would lie. */
  loadAddress: number;
  entry: number;
  startCode: number;
  endCode: number;
  startData: number;
  endData: number;
}

/**
 * Maps the PT_LOAD segments and the bss, and places the brk. A PIE goes to ELF_ET_DYN_BASE; a shared object without interpreter (ld.so
 * itself, a static PIE) goes where mmap finds room. Linux: the main loop of load_elf_binary.
 */
function mapImage(k: Kernel, mm: Mm, file: File, header: ElfHeader, headers: readonly ProgramHeader[], hasInterpreter: boolean): Image {
  const dynamic = header.type === ElfType.Dyn;
  let loadBias = 0;
  let loadAddress = 0;
  let loadAddressSet = false;
  let bss = 0;
  let brk = 0;
  let bssProt = 0;
  let startCode = Infinity;
  let endCode = 0;
  let startData = 0;
  let endData = 0;

  for (const segment of headers) {
    if (segment.type !== Pt.Load) continue;
    if (brk > bss) clearInnerBss(k, mm, bss + loadBias, brk + loadBias, bssProt);

    let flags = MapFlag.Private | MapFlag.DenyWrite | MapFlag.Executable;
    let totalSize = 0;
    if (!dynamic || loadAddressSet) {
      flags |= MapFlag.Fixed;
    } else {
      if (hasInterpreter) {
        loadBias = pieLoadBias(k);
        flags |= MapFlag.Fixed;
      }
      loadBias = pageBase(loadBias - segment.vaddr);
      totalSize = totalMappingSize(headers);
      if (execTraced(k)) stage(k, 'total_mapping_size', { of: 'program', total_size: totalSize });
      if (totalSize === 0) throw EINVAL;
    }

    const at = elfMap(k, mm, file, loadBias + segment.vaddr, segment, flags, totalSize);
    if (isBadAddress(at)) throw EINVAL;
    if (!loadAddressSet) {
      loadAddressSet = true;
      loadAddress = segment.vaddr - segment.offset;
      if (dynamic) {
        loadBias += at - pageBase(loadBias + segment.vaddr);
        loadAddress += loadBias;
      }
      if (execTraced(k)) {
        stage(k, 'load_bias', { type: header.type, interpreted: hasInterpreter, base: loadBias, load_addr: loadAddress });
      }
    }

    if (overflowsTask(segment.vaddr, segment)) throw EINVAL;
    startCode = Math.min(startCode, segment.vaddr);
    startData = Math.max(startData, segment.vaddr);
    const fileEnd = segment.vaddr + segment.filesz;
    bss = Math.max(bss, fileEnd);
    if (segment.flags & Pf.X) endCode = Math.max(endCode, fileEnd);
    endData = Math.max(endData, fileEnd);
    const memoryEnd = segment.vaddr + segment.memsz;
    if (memoryEnd > brk) {
      bssProt = protOf(segment.flags);
      brk = memoryEnd;
    }
  }

  setBrk(k, mm, bss + loadBias, brk + loadBias, bssProt);
  if (bss !== brk) padZero(k, bss + loadBias);
  return {
    loadBias,
    loadAddress,
    entry: header.entry + loadBias,
    // Without any PT_LOAD it stays ~0, which is −1.
    startCode: startCode === Infinity ? loadBias - 1 : startCode + loadBias,
    endCode: endCode + loadBias,
    startData: startData + loadBias,
    endData: endData + loadBias,
  };
}

/**
 * A segment with p_memsz > p_filesz came before this one. That its last page cannot be cleared (odd protections) is no failure here.
 */
function clearInnerBss(k: Kernel, mm: Mm, bss: number, brk: number, prot: number): void {
  setBrk(k, mm, bss, brk, prot);
  const inPage = pageOffset(bss);
  if (inPage === 0) return;
  ignoreErrno(() => clearUser(k, bss, Math.min(PageSize.Bytes - inPage, brk - bss)));
}
