import { O, S, StatLayout, StatfsLayout, StatxLayout } from '@ring3/abi';
import { type Call, atEntry, atExit } from '../call.js';
import { bits, oneOf } from '../flags.js';
import { readAll } from '../memory.js';
import { lockTypes, openAccess, openBits, statfsBits, statfsTypes, statxAttributes, statxMask, statxSync, whence } from '../names/files.js';
import { address, hex, octal, signed32, unsigned32 } from '../text.js';
import { arrayText, bufferText, structIn, structOut } from './basic.js';

export function openFlagsText(flags: number): string {
  const access = oneOf(flags & O.ACCMODE, openAccess);
  const rest = (flags & ~O.ACCMODE) >>> 0;
  return rest === 0 ? access : `${access}|${bits(rest, openBits).replace(/ \/\*.*/, '')}`;
}

export const openFlags = atEntry((call, i) => openFlagsText(unsigned32(call.arg(i))));
/** pipe2, dup3: no access mode. */
export const descriptorFlags = atEntry((call, i) => bits(unsigned32(call.arg(i)), openBits));

const types: Readonly<Record<number, string>> = {
  [S.IFSOCK]: 'S_IFSOCK',
  [S.IFLNK]: 'S_IFLNK',
  [S.IFREG]: 'S_IFREG',
  [S.IFBLK]: 'S_IFBLK',
  [S.IFDIR]: 'S_IFDIR',
  [S.IFCHR]: 'S_IFCHR',
  [S.IFIFO]: 'S_IFIFO',
};

/** 'S_IFREG|0644', 'S_IFDIR|S_ISVTX|0777'. */
export function fileModeText(mode: number): string {
  const type = types[mode & S.IFMT];
  if (type === undefined) return octal(mode);
  const parts = [type];
  if (mode & S.ISUID) parts.push('S_ISUID');
  if (mode & S.ISGID) parts.push('S_ISGID');
  if (mode & S.ISVTX) parts.push('S_ISVTX');
  return [...parts, octal(mode & S.IRWXUGO)].join('|');
}

export const fileMode = atEntry((call, i) => fileModeText(unsigned32(call.arg(i)) & 0xffff));

/** dev_t in its 64-bit user form. */
export function deviceText(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `makedev(${hex(major)}, ${hex(minor)})`;
}

export const device = atEntry((call, i) => deviceText(BigInt(unsigned32(call.arg(i)))));

function isDevice(mode: number): boolean {
  return (mode & S.IFMT) === S.IFCHR || (mode & S.IFMT) === S.IFBLK;
}

export const statOut = structOut(StatLayout.Bytes, (view) => {
  const mode = view.getUint32(StatLayout.Mode, true);
  const size = isDevice(mode)
    ? `st_rdev=${deviceText(view.getBigUint64(StatLayout.Rdev, true))}`
    : `st_size=${view.getBigInt64(StatLayout.Size, true)}`;
  return `{st_mode=${fileModeText(mode)}, ${size}, ...}`;
});

export const statxFlags = (names: (flags: number) => string) =>
  atEntry((call, i) => {
    const flags = unsigned32(call.arg(i));
    const rest = (flags & ~0x6000) >>> 0;
    return oneOf(flags & 0x6000, statxSync) + (rest === 0 ? '' : `|${names(rest)}`);
  });

export const statxOut = structOut(StatxLayout.Bytes, (view) => {
  const attributes = view.getUint32(StatxLayout.Attributes, true);
  return (
    `{stx_mask=${bits(view.getUint32(StatxLayout.Mask, true), statxMask)}, stx_attributes=${bits(attributes, statxAttributes)}, ` +
    `stx_mode=${fileModeText(view.getUint16(StatxLayout.Mode, true))}, stx_size=${view.getBigUint64(StatxLayout.Size, true)}, ...}`
  );
});

export const statfsOut = structOut(StatfsLayout.Bytes, (view) => {
  const word = (at: number) => view.getBigUint64(at, true);
  return (
    `{f_type=${oneOf(Number(word(StatfsLayout.Type)), statfsTypes)}, f_bsize=${word(StatfsLayout.Bsize)}, f_blocks=${word(StatfsLayout.Blocks)}, ` +
    `f_bfree=${word(StatfsLayout.Bfree)}, f_bavail=${word(StatfsLayout.Bavail)}, f_files=${word(StatfsLayout.Files)}, f_ffree=${word(StatfsLayout.Ffree)}, ` +
    `f_fsid={val=[${hex(view.getUint32(StatfsLayout.Fsid, true))}, ${hex(view.getUint32(StatfsLayout.Fsid + 4, true))}]}, ` +
    `f_namelen=${word(StatfsLayout.Namelen)}, f_frsize=${word(StatfsLayout.Frsize)}, f_flags=${bits(Number(word(StatfsLayout.Flags)), statfsBits)}}`
  );
});

/** struct flock: type2 whence2 pad4 start8 len8 pid4. */
function lockText(view: DataView, withPid: boolean): string {
  const pid = withPid ? `, l_pid=${view.getInt32(24, true)}` : '';
  return (
    `{l_type=${oneOf(view.getInt16(0, true), lockTypes)}, l_whence=${oneOf(view.getInt16(2, true), whence)}, ` +
    `l_start=${view.getBigInt64(8, true)}, l_len=${view.getBigInt64(16, true)}${pid}}`
  );
}

export const lockIn = structIn(32, (view) => lockText(view, false));
export const lockOut = structOut(32, (view) => lockText(view, true));

/** How many elements an iovec argument has. */
function count(call: Call, i: number): number {
  return Number(call.arg(i + 1) > 1024n ? 1024n : call.arg(i + 1));
}

/** Shows the bytes of each element; `available`: how many the call moved, where it fills them. */
export function iovecText(call: Call, va: bigint, elements: number, available: number): string {
  let left = available;
  return arrayText(call, va, elements, 16, (view) => {
    const length = view.getBigUint64(8, true);
    const bytes = Math.min(Number(length), left);
    left -= bytes;
    return `{iov_base=${bufferText(call, view.getBigUint64(0, true), bytes)}, iov_len=${length}}`;
  });
}

function iovecAddresses(call: Call, i: number): string {
  return arrayText(
    call,
    call.arg(i),
    count(call, i),
    16,
    (view) => `{iov_base=${address(view.getBigUint64(0, true))}, iov_len=${view.getBigUint64(8, true)}}`,
  );
}

export const iovecIn = atEntry((call, i) => iovecText(call, call.arg(i), count(call, i), Infinity));
export const iovecOut = atExit((call, i) =>
  call.failed ? iovecAddresses(call, i) : iovecText(call, call.arg(i), count(call, i), Number(call.result)),
);
/** Only where the buffers are. */
export const iovecBare = atEntry(iovecAddresses);

/** linux_dirent and linux_dirent64 have d_reclen at the same place. */
export const direntsOut = atExit((call, i) => {
  if (call.failed) return address(call.arg(i));
  const length = Number(call.result);
  const view = length === 0 ? null : readAll(call.memory, call.arg(i), length);
  let entries = 0;
  for (let at = 0; view && at + 18 < length; entries++) at += Math.max(1, view.getUint16(at + 16, true));
  return `${address(call.arg(i))} /* ${entries} ${entries === 1 ? 'entry' : 'entries'} */`;
});

/** pipe's two descriptors. */
export const descriptorPairOut = structOut(8, (view) => `[${view.getInt32(0, true)}, ${view.getInt32(4, true)}]`);

/** sendfile's offset before, and after where it moved. */
export const offsetInOut = atExit((call, i) => {
  const before = call.saved.get('offset') ?? address(call.arg(i));
  const view = call.failed ? null : readAll(call.memory, call.arg(i), 8);
  const after = view ? `[${view.getBigInt64(0, true)}]` : before;
  return after === before ? before : `${before} => ${after}`;
});

/** mincore's vector: a byte for each page. */
export const residencyOut = atExit((call, i) => {
  if (call.failed) return address(call.arg(i));
  const pages = Number((call.arg(1) + 4095n) / 4096n);
  return arrayText(call, call.arg(i), pages, 1, (view) => String(view.getUint8(0)));
});

export const descriptor = atEntry((call, i) => String(signed32(call.arg(i))));
