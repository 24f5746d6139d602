import { MemoryMap, PageSize, Profile, Site } from '../../../abi/src/machine/memory-map';
import { Uop } from '../../../abi/src/machine/uop';
import { ea } from './operands';

const enum Watch {
  /** Samples of what will soon be hot between two stretches of instructions that are looked at one by one, and the length of those. */
  Every = 8,
  Instructions = 400,
}

let samples: u32 = 0;
let stretch: u32 = 0;
/** Instructions still to be looked at. */
export let watched: i32 = 0;

/** The program was found in a page that will soon be hot: it is time to look at some instructions one by one, now and then. */
export function watchNowAndThen(): void {
  if (++samples % Watch.Every) return;
  watched = Watch.Instructions;
  stretch = (stretch + 1) & Site.StretchMask;
}

/** An instruction is about to run: notes the page of its memory operand. Of one without it means nothing. */
export function noteSite(u: u32): void {
  watched--;
  const site = MemoryMap.Profile + Profile.Sites + ((u / Uop.Bytes) % Profile.MaxSites) * Site.Bytes;
  const page = <u32>ea(u) & ~PageSize.Mask;
  if (load<u32>(site) != u) {
    store<u32>(site, u);
    store<u32>(site, page | (stretch << Site.StretchShift), Site.Seen);
    return;
  }
  const before = load<u32>(site, Site.Seen);
  let seen = before & Site.SeenMask;
  let changed = (before >>> Site.ChangedShift) & Site.ChangedMask;
  if (((before >>> Site.StretchShift) & Site.StretchMask) == stretch) {
    const isOther = (before & ~PageSize.Mask) != page;
    if (seen == Site.SeenMask || (isOther && changed == Site.ChangedMask)) {
      seen >>>= 1;
      changed >>>= 1;
    }
    seen++;
    if (isOther) changed++;
  }
  store<u32>(site, page | seen | (changed << Site.ChangedShift) | (stretch << Site.StretchShift), Site.Seen);
}
