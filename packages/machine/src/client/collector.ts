/** Keeps the first bytes of an output, up to a limit. */
export class Collector {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;
  /** There was more than the limit. */
  truncated = false;

  constructor(
    private readonly limit: number,
    private readonly credit: (bytes: number) => void,
  ) {}

  receive(bytes: Uint8Array): void {
    const room = this.limit - this.length;
    if (bytes.length > room) this.truncated = true;
    const kept = bytes.subarray(0, room);
    if (kept.length > 0) this.chunks.push(kept);
    this.length += kept.length;
    this.credit(bytes.length);
  }

  end(): void {}

  get bytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}
