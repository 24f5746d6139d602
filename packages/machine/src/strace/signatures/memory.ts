import { MapFlag, Membarrier, Mremap } from '@ring3/abi';
import { type Signature, atEntry, inOrder, plain } from '../call.js';
import { bits, oneOf } from '../flags.js';
import {
  madviseValues,
  mapBits,
  mapTypes,
  membarrierCommands,
  mlock2Bits,
  mlockallBits,
  mremapBits,
  msyncBits,
  pkeyBits,
  protBits,
} from '../names/memory.js';
import { choice, flags, hexNumber, int, pointer, ulong } from '../print/basic.js';
import { residencyOut } from '../print/file.js';
import { hex, unsigned32 } from '../text.js';

/** log2 of a huge page's size, in the flags' upper bits. */
const HugeShift = 26;

const mapFlags = atEntry((call, i) => {
  const value = unsigned32(call.arg(i));
  const huge = value & MapFlag.HugeTlb ? value >>> HugeShift : 0;
  const rest = (value & ~MapFlag.Type & ~(huge === 0 ? 0 : (0x3f << HugeShift) >>> 0)) >>> 0;
  const type = oneOf(value & MapFlag.Type, mapTypes);
  return [
    type,
    ...(rest === 0 ? [] : [bits(rest, mapBits).replace(/ \/\*.*/, '')]),
    ...(huge === 0 ? [] : [`${huge}<<MAP_HUGE_SHIFT`]),
  ].join('|');
});

const protection = flags(protBits);
const remap = inOrder(pointer, ulong, ulong, flags(mremapBits));

/** Calls on the address space, by name. */
export const memorySignatures: Readonly<Record<string, Signature>> = {
  mmap: plain(pointer, ulong, protection, mapFlags, int, hexNumber),
  mprotect: plain(pointer, ulong, protection),
  pkey_mprotect: plain(pointer, ulong, protection, int),
  pkey_alloc: plain(hexNumber, flags(pkeyBits)),
  madvise: plain(pointer, ulong, choice(madviseValues)),
  mremap: { slots: (call) => (unsigned32(call.arg(3)) & Mremap.Fixed ? [...remap, { printer: pointer, index: 4 }] : remap) },
  msync: plain(pointer, ulong, flags(msyncBits)),
  mlock2: plain(pointer, ulong, flags(mlock2Bits)),
  mlockall: plain(flags(mlockallBits)),
  mincore: plain(pointer, ulong, residencyOut),
  remap_file_pages: plain(pointer, ulong, protection, ulong, mapFlags),
  membarrier: {
    ...plain(choice(membarrierCommands), hexNumber),
    result: (call) => {
      if (call.failed || unsigned32(call.arg(0)) !== Membarrier.Query) return null;
      return `${hex(call.result!)} (${bits(Number(call.result), { ...membarrierCommands, names: membarrierCommands.names.filter(([value]) => value !== 0) })})`;
    },
  },
};
