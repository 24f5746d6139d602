/** xorshift128+ seeded through splitmix64: the guest's entropy when a run must be repeatable. Not for secrets. */
export class SeededRandom {
  private a: bigint;
  private b: bigint;

  constructor(seed: number) {
    let state = BigInt.asUintN(64, BigInt(Math.trunc(seed)));
    const next = (): bigint => {
      state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
      let z = state;
      z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
      z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
      return z ^ (z >> 31n);
    };
    this.a = next();
    this.b = next();
  }

  private next(): bigint {
    let x = this.a;
    const y = this.b;
    this.a = y;
    x = BigInt.asUintN(64, x ^ (x << 23n));
    this.b = x ^ y ^ (x >> 17n) ^ (y >> 26n);
    return BigInt.asUintN(64, this.b + y);
  }

  fill(into: Uint8Array): void {
    for (let i = 0; i < into.length; i += 8) {
      let word = this.next();
      for (let j = i; j < i + 8 && j < into.length; j++) {
        into[j] = Number(word & 0xffn);
        word >>= 8n;
      }
    }
  }
}
