import { Dt, S } from '@ring3/abi';
import { EINVAL } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { SocketFile } from '../../net/socket-file.js';
import { SockState } from '../../net/unix/unix-sock.js';
import { registerState } from '../../state.js';
import type { DirEntry, Inode } from '../../vfs/inode.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { ProcDirectory, ProcIno, ProcTextInode } from './proc-inode.js';

/** SS_UNCONNECTED, SS_CONNECTED of the column St, and __SO_ACCEPTCON of Flags. */
const UNCONNECTED = 1;
const CONNECTED = 3;
const ACCEPTS = 0x10000;

const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** Sockets that a descriptor of some process leads to, each once. */
function openSockets(k: Kernel): Set<SocketFile> {
  const sockets = new Set<SocketFile>();
  for (const { files } of k.pids.tasks()) for (const file of files?.fds ?? []) if (file instanceof SocketFile) sockets.add(file);
  return sockets;
}

/** /proc/net/unix: net/unix/af_unix.c: unix_seq_show. There are no addresses of kernel objects to show. */
function unixText(k: Kernel): string {
  let text = 'Num       RefCount Protocol Flags    Type St Inode Path\n';
  for (const { sock, inode, refs } of openSockets(k)) {
    const flags = sock.state === SockState.Listening ? ACCEPTS : 0;
    const state = sock.state === SockState.Established ? CONNECTED : UNCONNECTED;
    const { address } = sock;
    const name = address ? ` ${address.abstract ? '@' : ''}${address.name.replaceAll('\0', '@')}` : '';
    const head = `${'0'.repeat(16)}: ${hex(refs + 1, 8)} ${hex(0, 8)} ${hex(flags, 8)} ${hex(sock.type, 4)} ${hex(state, 2)}`;
    text += `${head} ${String(inode.ino).padStart(5)}${name}\n`;
  }
  return text;
}

/** Only AF_UNIX is there, and no network device. */
const NET_FILES: ReadonlyMap<string, (k: Kernel) => string> = new Map([['unix', unixText]]);

/** /proc/PID/net: fs/proc/proc_net.c. */
export class NetDirectory extends ProcDirectory {
  constructor(k: Kernel, sb: SuperBlock, ino: number) {
    super(k, sb, ino, S.IFDIR | 0o555);
  }
  override lookup(k: Kernel, name: string): Inode | null {
    return NET_FILES.has(name) ? new NetFile(k, this.sb, name) : null;
  }
  override readdir(): DirEntry[] {
    return [...NET_FILES.keys()].map((name) => ({ name, ino: inoOf(name), type: Dt.REG }));
  }
}
registerState('NetDirectory', NetDirectory);

function inoOf(name: string): number {
  return ProcIno.Net + [...NET_FILES.keys()].indexOf(name);
}

export class NetFile extends ProcTextInode {
  constructor(
    k: Kernel,
    sb: SuperBlock,
    private readonly entry: string,
  ) {
    super(k, sb, inoOf(entry), S.IFREG | 0o444);
  }
  text(k: Kernel): string {
    const text = NET_FILES.get(this.entry);
    if (!text) throw EINVAL;
    return text(k);
  }
}
registerState('NetFile', NetFile);
