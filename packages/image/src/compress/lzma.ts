/**
 * The LZMA decoder of LZMA2 chunks (Igor Pavlov's LZMA specification). The output so far is the dictionary, so `out` holds the whole
 * stream. Errors are thrown as plain Errors: a damaged archive.
 */

const STATES = 12;
const POS_STATES = 16;
const PROB_INIT = 1024;
const MATCH_MIN = 2;

/** Lengths: three ranges of 8, 8 and 256. */
class LengthCoder {
  readonly choice = new Uint16Array(2);
  readonly low = new Uint16Array(POS_STATES << 3);
  readonly mid = new Uint16Array(POS_STATES << 3);
  readonly high = new Uint16Array(256);
  reset(): void {
    for (const probs of [this.choice, this.low, this.mid, this.high]) probs.fill(PROB_INIT);
  }
}

export class LzmaDecoder {
  out = new Uint8Array(1 << 16);
  outPos = 0;
  /** Distances may not reach further back than the last dictionary reset. */
  private dictionaryStart = 0;

  private lc = 0;
  private lpMask = 0;
  private pbMask = 0;
  private state = 0;
  private rep0 = 0;
  private rep1 = 0;
  private rep2 = 0;
  private rep3 = 0;

  private input: Uint8Array = new Uint8Array(0);
  private at = 0;
  private range = 0;
  private code = 0;

  private literal = new Uint16Array(0);
  private readonly isMatch = new Uint16Array(STATES * POS_STATES);
  private readonly isRep = new Uint16Array(STATES);
  private readonly isRepG0 = new Uint16Array(STATES);
  private readonly isRepG1 = new Uint16Array(STATES);
  private readonly isRepG2 = new Uint16Array(STATES);
  private readonly isRep0Long = new Uint16Array(STATES * POS_STATES);
  private readonly posSlot = new Uint16Array(4 << 6);
  private readonly posSpecial = new Uint16Array(115);
  private readonly align = new Uint16Array(16);
  private readonly matchLength = new LengthCoder();
  private readonly repLength = new LengthCoder();

  resetDictionary(): void {
    this.dictionaryStart = this.outPos;
  }

  /** `properties`: (pb × 5 + lp) × 9 + lc. */
  setProperties(properties: number): void {
    if (properties >= 9 * 5 * 5) throw new Error('lzma: bad properties');
    const lp = Math.floor(properties / 9) % 5;
    this.lc = properties % 9;
    if (this.lc + lp > 4) throw new Error('lzma: bad properties');
    this.lpMask = (1 << lp) - 1;
    this.pbMask = (1 << Math.floor(properties / 45)) - 1;
    this.literal = new Uint16Array(0x300 << (this.lc + lp));
  }

  resetState(): void {
    this.state = 0;
    this.rep0 = this.rep1 = this.rep2 = this.rep3 = 0;
    const tables = [this.literal, this.isMatch, this.isRep, this.isRepG0, this.isRepG1, this.isRepG2, this.isRep0Long];
    for (const probs of [...tables, this.posSlot, this.posSpecial, this.align]) probs.fill(PROB_INIT);
    this.matchLength.reset();
    this.repLength.reset();
  }

  /** Room for `length` more bytes. */
  reserve(length: number): void {
    const needed = this.outPos + length;
    if (needed <= this.out.length) return;
    const grown = new Uint8Array(Math.max(needed, this.out.length * 2));
    grown.set(this.out.subarray(0, this.outPos));
    this.out = grown;
  }

  copyRaw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.out.set(bytes, this.outPos);
    this.outPos += bytes.length;
  }

  /** Decodes one chunk of `input` from `start` to `end`, which yields exactly `length` bytes. */
  decodeChunk(input: Uint8Array, start: number, end: number, length: number): void {
    if (this.literal.length === 0 || end - start < 5) throw new Error('lzma: chunk without properties, or too short');
    this.reserve(length);
    this.input = input;
    this.range = 0xffffffff;
    this.code = 0;
    this.at = start + 1;
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | input[this.at++]!) >>> 0;
    const limit = this.outPos + length;
    while (this.outPos < limit) this.decodeOne(limit);
    this.normalize();
    if (this.at !== end || this.code !== 0) throw new Error('lzma: chunk does not end where it says');
  }

  private decodeOne(limit: number): void {
    const posState = (this.outPos - this.dictionaryStart) & this.pbMask;
    const { state } = this;
    if (this.bit(this.isMatch, state * POS_STATES + posState) === 0) return this.decodeLiteral();

    let length: number;
    if (this.bit(this.isRep, state) === 0) {
      length = MATCH_MIN + this.decodeLength(this.matchLength, posState);
      this.rep3 = this.rep2;
      this.rep2 = this.rep1;
      this.rep1 = this.rep0;
      this.rep0 = this.decodeDistance(length);
      this.state = state < 7 ? 7 : 10;
    } else {
      if (this.bit(this.isRepG0, state) === 0) {
        if (this.bit(this.isRep0Long, state * POS_STATES + posState) === 0) {
          this.state = state < 7 ? 9 : 11;
          return this.copyMatch(1, limit);
        }
      } else {
        let distance = this.rep1;
        if (this.bit(this.isRepG1, state) !== 0) {
          distance = this.rep2;
          if (this.bit(this.isRepG2, state) !== 0) {
            distance = this.rep3;
            this.rep3 = this.rep2;
          }
          this.rep2 = this.rep1;
        }
        this.rep1 = this.rep0;
        this.rep0 = distance;
      }
      length = MATCH_MIN + this.decodeLength(this.repLength, posState);
      this.state = state < 7 ? 8 : 11;
    }
    this.copyMatch(length, limit);
  }

  private copyMatch(length: number, limit: number): void {
    const { out } = this;
    let to = this.outPos;
    let from = to - this.rep0 - 1;
    if (from < this.dictionaryStart || to + length > limit) throw new Error('lzma: match outside the data');
    for (const end = to + length; to < end;) out[to++] = out[from++]!;
    this.outPos = to;
  }

  private decodeLiteral(): void {
    const { out, outPos, state } = this;
    const previous = outPos > this.dictionaryStart ? out[outPos - 1]! : 0;
    const position = (outPos - this.dictionaryStart) & this.lpMask;
    const base = 0x300 * ((position << this.lc) + (previous >> (8 - this.lc)));
    let symbol = 1;
    if (state >= 7) {
      let match = out[outPos - this.rep0 - 1]!;
      do {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = this.bit(this.literal, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(this.literal, base + symbol);
    out[this.outPos++] = symbol;
    this.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
  }

  private decodeLength(coder: LengthCoder, posState: number): number {
    if (this.bit(coder.choice, 0) === 0) return this.tree(coder.low, posState << 3, 3);
    if (this.bit(coder.choice, 1) === 0) return 8 + this.tree(coder.mid, posState << 3, 3);
    return 16 + this.tree(coder.high, 0, 8);
  }

  private decodeDistance(length: number): number {
    const slot = this.tree(this.posSlot, Math.min(length - MATCH_MIN, 3) << 6, 6);
    if (slot < 4) return slot;
    const directBits = (slot >> 1) - 1;
    const base = ((2 | (slot & 1)) << directBits) >>> 0;
    if (slot < 14) return base + this.reverseTree(this.posSpecial, base - slot, directBits);
    return base + this.direct(directBits - 4) * 16 + this.reverseTree(this.align, 0, 4);
  }

  private tree(probs: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(probs, base + symbol);
    return symbol - (1 << bits);
  }

  private reverseTree(probs: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(probs, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  private direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.normalize();
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit) this.code = (this.code - this.range) >>> 0;
      value = value * 2 + bit;
    }
    return value;
  }

  private normalize(): void {
    if (this.range >= 0x1000000) return;
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | (this.input[this.at++] ?? 0)) >>> 0;
  }

  private bit(probs: Uint16Array, index: number): number {
    if (this.range < 0x1000000) {
      this.range = (this.range << 8) >>> 0;
      this.code = ((this.code << 8) | (this.input[this.at++] ?? 0)) >>> 0;
    }
    const prob = probs[index]!;
    const bound = (this.range >>> 11) * prob;
    if (this.code < bound) {
      this.range = bound;
      probs[index] = prob + ((2048 - prob) >> 5);
      return 0;
    }
    this.range = (this.range - bound) >>> 0;
    this.code = (this.code - bound) >>> 0;
    probs[index] = prob - (prob >> 5);
    return 1;
  }
}
