import { O, Poll } from '@ring3/abi';
import { ELOOP } from '../../errno.js';
import { anonInode, anonPath } from '../../fs/anon/anon-inodefs.js';
import type { Kernel } from '../../kernel.js';
import type { WaitQueue } from '../../sched/wait-queue.js';
import { registerState } from '../../state.js';
import { File } from '../../vfs/file.js';
import { EventPoll } from './eventpoll.js';

/** Epoll descriptors within each other (EP_MAX_NESTS). */
const MAX_NESTS = 4;

export class EpollFile extends File {
  readonly ep = new EventPoll();

  override poll(k: Kernel): number {
    return this.ep.anyReady(k) ? Poll.IN | Poll.RDNORM : 0;
  }
  override waitQueue(): WaitQueue {
    return this.ep.pollWait;
  }
  /** noop_llseek */
  override llseek(): number {
    return 0;
  }
  override get fdInfo(): string {
    let text = '';
    for (const { fd, events, data, file } of this.ep.all()) {
      const number = ((BigInt(data[1]) << 32n) | BigInt(data[0])).toString(16);
      text += `tfd: ${String(fd).padStart(8)} events: ${events.toString(16).padStart(8)} data: ${number.padStart(16)} `;
      text += ` pos:${file.pos} ino:${file.inode.ino.toString(16)} sdev:${file.inode.sb.dev.toString(16)}\n`;
    }
    return text;
  }
  override release(): void {
    this.ep.release();
  }
}
registerState('EpollFile', EpollFile);

export function createEpoll(k: Kernel): EpollFile {
  return new EpollFile(O.RDWR, anonInode(k), anonPath(k, 'eventpoll'));
}

/** May `file` watch `target`? No, where that closes a circle or nests too deep. Linux: ep_loop_check. @throws ELOOP */
export function checkLoop(file: EpollFile, target: EpollFile, depth = 0): void {
  if (depth > MAX_NESTS || target === file) throw ELOOP;
  for (const { file: inner } of target.ep.all()) if (inner instanceof EpollFile) checkLoop(file, inner, depth + 1);
}

/** Does it have a poll operation of its own (file_can_poll)? Regular files and directories have not. */
export function canPoll(file: File): boolean {
  return file.poll !== File.prototype.poll;
}
