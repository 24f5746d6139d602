import { Cpu, Stat } from '../../../abi/src/machine/cpu-state';
import { CoreTable, MemoryMap, PageFlag, PageSize, PageStruct } from '../../../abi/src/machine/memory-map';
import { Uop, UopFlag } from '../../../abi/src/machine/uop';
import { decode } from '../decode/decoder';
import { isBlockEnd } from '../decode/hot.generated';
import { pageStruct, takeTable } from '../mmu/frames';
import { codeChanged, flushExecute, forgetWrites } from '../mmu/tlb';
import { countStat } from '../mmu/walk';
import { HotOp } from './hot-ops';
import { isConditional, promote } from './promote';

/**
 * Decoded code lies in the arena, which is filled from below and emptied as a whole. It has two parts; the second is there from when
 * the first is full.
 *
 *   code page   ┌───────┬──────┬────────────┬──────────────────┐
 *   of a frame  │ frame │ next │ generation │ index: u32[4096] │  host address of the micro-op per byte offset, 0 = not decoded
 *               └───────┴──────┴────────────┴──────────────────┘
 *   run         micro-ops in program order, up to a branch that always leaves, or a pseudo micro-op
 *
 * An instruction over a page's end is a Straddle pseudo micro-op in its first page. It is joined when it is first executed:
 * the instruction and a Goto follow it, and disp and imm name the code page of its second page with the generation that holds.
 *
 * A code page stays with its frame until the arena is emptied; when the frame is written only its index is cleared, so what
 * leads to the page (PageStruct.Code, X entries) stays true. Old runs are not reached any more: links stay within a page, and
 * whoever writes to code starts its own instruction again through the index.
 */
export const enum CodePage {
  Frame = 0,
  /** The code page made before this one. */
  Next = 4,
  /** u32, counts how often its content was dropped: what straddling instructions check of their second page. */
  Generation = 8,
  /** u32: times that a sample of the running program fell into it. */
  Heat = 12,
  Index = 16,
  Bytes = 16 + 4 * 4096,
}

export const enum Run {
  /** Micro-ops in one run, at most, without the pseudo micro-op at its end. */
  Max = 255,
}

let arenaFirst: u32 = 0;
let arenaRest: u32 = 0;
let arenaTop: u32 = 0;
/** Of the part that is being filled. */
let arenaEnd: u32 = 0;
let lastCodePage: u32 = 0;

/** True while one instruction runs from a copy, so that it may overwrite its own page. */
export let writesToCodeGoOn: bool = false;

export function setWritesToCodeGoOn(on: bool): void {
  writesToCodeGoOn = on;
}

/** Where the first part of the arena begins. */
export function initCode(arena: u32): void {
  arenaFirst = arena;
  arenaTop = arena;
  arenaEnd = arena + MemoryMap.CodeFirstBytes;
}

/** Gives the arena its second part. False: the host has no memory for it. */
export function placeCodeRest(): bool {
  if (!arenaRest) arenaRest = takeTable(CoreTable.CodeRest, MemoryMap.CodeRestBytes);
  return arenaRest != 0;
}

/** Is there room for so many bytes at arenaTop? */
function hasRoom(bytes: u32): bool {
  if (arenaTop + bytes <= arenaEnd) return true;
  if (arenaEnd != arenaFirst + <u32>MemoryMap.CodeFirstBytes || !placeCodeRest()) return false;
  arenaTop = arenaRest;
  arenaEnd = arenaRest + MemoryMap.CodeRestBytes;
  return true;
}

/** The code page of a frame, made if there is none. */
export function codePage(frame: u32): u32 {
  const struct = pageStruct(frame);
  const known = load<u32>(struct, PageStruct.Code);
  if (known) return known;
  if (!hasRoom(CodePage.Bytes)) flushCode();
  const code = arenaTop;
  arenaTop += CodePage.Bytes;
  memory.fill(code, 0, CodePage.Bytes);
  store<u32>(code, frame, CodePage.Frame);
  store<u32>(code, lastCodePage, CodePage.Next);
  lastCodePage = code;
  store<u32>(struct, code, PageStruct.Code);
  countStat(Stat.DecodedPages);
  return code;
}

/** Forgets what was decoded of a frame, whose content changes. */
export function dropCode(frame: u32): void {
  const struct = pageStruct(frame);
  const code = load<u32>(struct, PageStruct.Code);
  if (code) {
    memory.fill(code + CodePage.Index, 0, CodePage.Bytes - CodePage.Index);
    store<u32>(code, load<u32>(code, CodePage.Generation) + 1, CodePage.Generation);
    codeChanged();
  }
  store<u32>(struct, load<u32>(struct, PageStruct.Flags) & ~PageFlag.HasCode, PageStruct.Flags);
  store<u32>(struct, load<u32>(struct, PageStruct.Version) + 1, PageStruct.Version);
  countStat(Stat.CodeDrops);
}

/** Forgets which ways the conditional branches of a code page went. */
export function forgetWays(code: u32): void {
  for (let slot = code; slot < code + 4 * PageSize.Bytes; slot += 4) {
    const u = load<u32>(slot, CodePage.Index);
    if (!u || !isConditional(load<u16>(u))) continue;
    store<u16>(u, 0, Uop.Fell);
    store<u32>(u, 0, Uop.Disp);
  }
}

/** Empties the arena. */
export function flushCode(): void {
  for (let code = lastCodePage; code; code = load<u32>(code, CodePage.Next)) {
    const struct = pageStruct(load<u32>(code, CodePage.Frame));
    store<u32>(struct, 0, PageStruct.Code);
    store<u32>(struct, load<u32>(struct, PageStruct.Flags) & ~PageFlag.HasCode, PageStruct.Flags);
  }
  lastCodePage = 0;
  arenaTop = arenaFirst;
  arenaEnd = arenaFirst + MemoryMap.CodeFirstBytes;
  flushExecute();
  countStat(Stat.CodeFlushes);
}

function markHasCode(frame: u32): void {
  const struct = pageStruct(frame);
  const flags = load<u32>(struct, PageStruct.Flags);
  if (flags & PageFlag.HasCode) return;
  if (flags & PageFlag.WriteCached) forgetWrites(frame);
  store<u32>(struct, (flags & ~PageFlag.WriteCached) | PageFlag.HasCode, PageStruct.Flags);
}

function pseudo(at: u32, op: u32, offset: u32, target: u32): void {
  store<u16>(at, <u16>op);
  store<u16>(at, 0, Uop.Reg);
  store<u32>(at, target, Uop.Disp);
  store<u32>(at, offset, Uop.Imm);
  store<u32>(at, offset << 16, Uop.Index);
}

/** Ends a copied run at the instruction at `offset` of the page. */
export function endMarker(at: u32, offset: u32): void {
  pseudo(at, HotOp.End, offset, 0);
}

/** Decodes from `offset` of a code page on; the micro-op there. 0 = the arena was emptied: look the code page up again. */
export function decodeRun(code: u32, offset: u32): u32 {
  if (!hasRoom((Run.Max + 4) * Uop.Bytes)) {
    flushCode();
    return 0;
  }
  const frame = load<u32>(code, CodePage.Frame);
  markHasCode(frame);
  const first = arenaTop;
  let at = first;
  let o = offset;
  for (let count = 0; ; count++) {
    if (o >= <u32>PageSize.Bytes) {
      pseudo(at, HotOp.PageEnd, o, 0);
      break;
    }
    const slot = code + (o << 2);
    const known = load<u32>(slot, CodePage.Index);
    if (known || count == Run.Max) {
      pseudo(at, HotOp.Goto, o, known);
      break;
    }
    const length = decode(frame + o, PageSize.Bytes - o, o, at);
    store<u32>(slot, at, CodePage.Index);
    if (!length) {
      pseudo(at, HotOp.Straddle, o, 0);
      at += 2 * Uop.Bytes;
      break;
    }
    const last = isBlockEnd(load<u16>(at));
    promote(at);
    at += Uop.Bytes;
    o += length;
    countStat(Stat.DecodedInstructions);
    if (last) {
      at -= Uop.Bytes;
      break;
    }
  }
  arenaTop = at + Uop.Bytes;
  return first;
}

/** Joins a Straddle micro-op with the instruction that was decoded from both pages, of `length` bytes; `second` is the other page. */
export function joinStraddle(u: u32, decoded: u32, length: u32, second: u32): void {
  const end = <u32>(load<u16>(u, Uop.Pc) & 0xfff) + length;
  markHasCode(load<u32>(second, CodePage.Frame));
  v128.store(u + Uop.Bytes, v128.load(decoded));
  promote(u + Uop.Bytes);
  pseudo(u + 2 * Uop.Bytes, HotOp.Goto, end, 0);
  store<u32>(u, second, Uop.Disp);
  store<u32>(u, load<u32>(second, CodePage.Generation), Uop.Imm);
}

/** Does what was joined still hold, with `second` the code page now behind this one? */
export function isJoined(u: u32, second: u32): bool {
  return second != 0 && second == load<u32>(u, Uop.Disp) && load<u32>(second, CodePage.Generation) == load<u32>(u, Uop.Imm);
}

/** The micro-op at `offset` of a code page if it is decoded, else 0. */
@inline
export function decodedAt(code: u32, offset: u32): u32 {
  return load<u32>(code + (offset << 2), CodePage.Index);
}
