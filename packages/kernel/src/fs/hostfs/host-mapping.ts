import { PageSize } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EIO } from '../../errno.js';
import { AddressSpace } from '../../mm/address-space.js';
import { registerState } from '../../state.js';
import { hostCall } from './host-call.js';
import type { HostInode } from './host-inode.js';

/** Pages of a host file: read when touched, written back by fsync, msync, close and sync. */
export class HostMapping extends AddressSpace {
  private get host(): HostInode {
    return this.inode as HostInode;
  }
  override get evictable(): boolean {
    return true;
  }
  override readPage(k: Kernel, index: number, frame: number): void {
    const { host } = this;
    const handle = host.sb.handle(k, host, false);
    const position = index * PageSize.Bytes;
    let done = 0;
    while (done < PageSize.Bytes) {
      const into = k.core.u8.subarray(frame + done, frame + PageSize.Bytes);
      const n = hostCall(k, (fs) => fs.read(handle, into, position + done));
      if (n === 0) break;
      done += n;
    }
  }
  override writePage(k: Kernel, index: number, frame: number): void {
    const { host } = this;
    const position = index * PageSize.Bytes;
    const length = Math.min(PageSize.Bytes, host.size - position);
    const handle = length > 0 ? host.sb.handle(k, host, true) : -1;
    for (let done = 0; done < length;) {
      const from = k.core.u8.subarray(frame + done, frame + length);
      const n = hostCall(k, (fs) => fs.write(handle, from, position + done));
      if (n === 0) throw EIO;
      done += n;
    }
  }
}
registerState('HostMapping', HostMapping);
