import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from './sha256.js';

describe('sha256', () => {
  it('is what FIPS 180-4 says of its examples', () => {
    expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256(new Uint8Array(0))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
  it("agrees with node's at every length around a block, and in a view", () => {
    const bytes = randomBytes(300);
    for (let length = 0; length <= 260; length++) {
      const view = bytes.subarray(7, 7 + length);
      expect(sha256(view)).toBe(createHash('sha256').update(view).digest('hex'));
    }
    const big = randomBytes(1_000_003);
    expect(sha256(big)).toBe(createHash('sha256').update(big).digest('hex'));
  });
});
