import { MemoryMap, Profile, Site, Uop } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { describe, expect, it } from 'vitest';
import { ProfileReader } from './profile.js';

/** A micro-op that was seen so often, and so often in another page than before. */
function seen(times: number, changed: number, uop = 0x123450): ProfileReader {
  const u32 = new Uint32Array((MemoryMap.Profile + Profile.Sites + Profile.MaxSites * Site.Bytes) >>> 2);
  const site = (MemoryMap.Profile + Profile.Sites + ((uop / Uop.Bytes) % Profile.MaxSites) * Site.Bytes) >>> 2;
  u32[site] = uop;
  // The page and the number of the stretch say nothing here.
  u32[site + 1] = 0xabcd_e000 | (3 << Site.StretchShift) | (changed << Site.ChangedShift) | times;
  return new ProfileReader({ u32 } as unknown as Core);
}

describe('staysInPage', () => {
  it('knows who stays, and who does not', () => {
    expect(seen(31, 0).staysInPage(0x123450)).toBe(true);
    expect(seen(31, 1).staysInPage(0x123450)).toBe(true);
    expect(seen(31, 2).staysInPage(0x123450)).toBe(false);
    expect(seen(8, 1).staysInPage(0x123450)).toBe(false);
    expect(seen(16, 15).staysInPage(0x123450)).toBe(false);
  });

  it('does not know what was hardly seen, or was another at the same place', () => {
    expect(seen(7, 0).staysInPage(0x123450)).toBe(null);
    expect(seen(31, 0).staysInPage(0x123450 + Profile.MaxSites * Uop.Bytes)).toBe(null);
    expect(seen(31, 0).staysInPage(0x123460)).toBe(null);
  });
});
