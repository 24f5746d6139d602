import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import type { LinuxBinprm } from './bprm.js';
import type { CoredumpParams } from './coredump/core-file.js';
import { EINVAL, ENOEXEC } from '../errno.js';
import { registerState } from '../state.js';

/**
 * struct linux_binfmt: one format of executable files. What its member `module` does is BinfmtRegistry.turn. Older kernels had a member
 * `hasvdso` too, set where the format's programs get a vdso; now a loader calls arch_setup_additional_pages itself, or does not.
 */
export abstract class LinuxBinfmt {
  /** Smallest RLIMIT_CORE for which a dump makes sense. */
  minCoredump = 0;
  constructor(readonly name: string) {}
  /** Loads and starts bprm's file in the current task. @throws ENOEXEC not this format: the next one is tried */
  abstract loadBinary(k: Kernel, bprm: LinuxBinprm): void;
  /** uselib(2): maps a shared library into the current task. */
  loadShlib(_k: Kernel, _file: File): void {
    throw ENOEXEC;
  }
  /** Does it write core files? */
  get dumpsCore(): boolean {
    return false;
  }
  /** Writes a core file of the current task. Returns whether there is one. */
  coreDump(_k: Kernel, _params: CoredumpParams): boolean {
    return false;
  }
}

/** The list `formats` of fs/exec.c: tried from first to last. */
export class BinfmtRegistry {
  readonly formats: LinuxBinfmt[] = [];
  /** Names of registered formats whose module is on its way out: passed over, as where try_module_get fails. */
  readonly off = new Set<string>();

  /** register_binfmt: at the end of the list. */
  register(format: LinuxBinfmt): void {
    this.refuseTwice(format);
    this.formats.push(format);
  }

  /** insert_binfmt: before all others (binfmt_misc). */
  insert(format: LinuxBinfmt): void {
    this.refuseTwice(format);
    this.formats.unshift(format);
  }

  /** unregister_binfmt. @throws EINVAL not registered */
  unregister(name: string): LinuxBinfmt {
    const index = this.formats.findIndex((format) => format.name === name);
    const format = this.formats[index];
    if (!format) throw EINVAL;
    this.formats.splice(index, 1);
    this.off.delete(name);
    return format;
  }

  /** Takes a format out of use, or back in, without losing its place. @throws EINVAL not registered */
  turn(name: string, on: boolean): void {
    if (!this.find(name)) throw EINVAL;
    if (on) this.off.delete(name);
    else this.off.add(name);
  }

  /** The formats to try, in order. */
  inUse(): LinuxBinfmt[] {
    return this.formats.filter(({ name }) => !this.off.has(name));
  }

  /** uselib(2): the first format in use that takes the file. Linux: fs/exec.c: uselib. @throws ENOEXEC @throws what the format throws */
  loadShlib(k: Kernel, file: File): void {
    for (const format of this.inUse()) {
      try {
        format.loadShlib(k, file);
        return;
      } catch (error) {
        if (error !== ENOEXEC) throw error;
      }
    }
    throw ENOEXEC;
  }

  find(name: string): LinuxBinfmt | undefined {
    return this.formats.find((format) => format.name === name);
  }

  private refuseTwice(format: LinuxBinfmt): void {
    if (this.find(format.name)) throw new Error(`binfmt ${format.name} is registered already`);
  }
}
registerState('BinfmtRegistry', BinfmtRegistry);
