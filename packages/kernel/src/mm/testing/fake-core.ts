import { Header, MemoryMap, PageFlag, PageStruct, Pte, type ExitReason } from '@ring3/abi';
import type { Core } from '@ring3/core';

/** Host address of the fake's frames, behind mem_map as in the real core. */
const FRAME_BASE = MemoryMap.MemMap + 0x10_0000;

function unsupported(): never {
  throw new Error('the fake core has no processor');
}

/**
 * A Core without a processor, for tests of mm/: frames, reference counts and page tables with the real one's contract, tables
 * being a Map from page number to the entry's host address.
 */
export class FakeCore implements Core {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly view: DataView;
  private readonly free: number[] = [];
  private readonly tables = new Map<number, Map<number, number>>();
  private freeSlots: number[] = [];
  private nextSlot = 0x10_0000;
  private active = 0;
  private anon = 0;
  private file = 0;

  constructor(readonly frames: number) {
    const buffer = new ArrayBuffer(FRAME_BASE + frames * 4096);
    this.memory = { buffer };
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.view = new DataView(buffer);
    this.u32[(MemoryMap.Header + Header.FrameCount) >>> 2] = frames;
    this.u32[(MemoryMap.Header + Header.FrameBase) >>> 2] = FRAME_BASE;
    for (let i = frames - 1; i >= 0; i--) this.free.push(FRAME_BASE + i * 4096);
  }

  get freeFrames(): number {
    return this.free.length;
  }

  run = (): ExitReason => unsupported();
  getEflags = unsupported;
  setEflags = unsupported;
  resetCpu = unsupported;
  fxsave = unsupported;
  fxrstor = unsupported;
  frameWritten(): void {}
  invlpg(): void {}
  flushRange(): void {}
  flushAll(): void {}
  codeFlush(): void {}
  tlbFlushAll(): void {}

  private field(frame: number, offset: number): number {
    return (this.pageStruct(frame) + offset) >>> 2;
  }
  pageStruct(frame: number): number {
    return MemoryMap.MemMap + ((frame - FRAME_BASE) >>> 12) * PageStruct.Bytes;
  }
  allocFrame(flags: number): number {
    const frame = this.allocFrameRaw(flags);
    if (frame !== 0) this.u8.fill(0, frame, frame + 4096);
    return frame;
  }
  allocFrameRaw(flags: number): number {
    const frame = this.free.pop();
    if (frame === undefined) return 0;
    const page = this.pageStruct(frame) >>> 2;
    this.u32.fill(0, page, page + 8);
    this.u32[page + (PageStruct.RefCount >>> 2)] = 1;
    this.u32[page + (PageStruct.Flags >>> 2)] = flags;
    return frame;
  }
  getFrame(frame: number): void {
    this.u32[this.field(frame, PageStruct.RefCount)]!++;
  }
  putFrame(frame: number): void {
    if (this.u32[this.field(frame, PageStruct.Flags)]! & PageFlag.Reserved) return;
    const count = this.u32[this.field(frame, PageStruct.RefCount)]!;
    if (count === 0) throw new Error('a free frame is put');
    this.u32[this.field(frame, PageStruct.RefCount)] = count - 1;
    if (count > 1) return;
    if (this.u32[this.field(frame, PageStruct.MapCount)]!) throw new Error('a mapped frame is freed');
    this.u32[this.field(frame, PageStruct.Flags)] = 0;
    this.free.push(frame);
  }

  createPageTable(): number {
    const pgd = this.allocFrame(PageFlag.PageTable);
    if (pgd !== 0) this.tables.set(pgd, new Map());
    return pgd;
  }
  destroyPageTable(pgd: number): void {
    for (const slot of this.tables.get(pgd)!.values()) if (this.u32[slot >>> 2]) throw new Error('a page table is destroyed with entries');
    this.freeSlots.push(...this.tables.get(pgd)!.values());
    this.tables.delete(pgd);
    this.putFrame(pgd);
  }
  activate(pgd: number): void {
    this.active = pgd;
  }
  pteSlot(pgd: number, va: number, alloc: boolean): number {
    const table = this.tables.get(pgd)!;
    const page = Math.floor(va / 4096);
    let slot = table.get(page) ?? 0;
    if (slot === 0 && alloc) {
      slot = this.freeSlots.pop() ?? this.nextSlot;
      if (slot === this.nextSlot) this.nextSlot += 8;
      table.set(page, slot);
    }
    return slot;
  }

  private *entries(pgd: number, start: number, end: number): Generator<[va: number, index: number]> {
    for (const [page, slot] of this.tables.get(pgd)!) {
      const va = page * 4096;
      if (va >= start && va < end && this.u32[slot >>> 2]) yield [va, slot >>> 2];
    }
  }
  private counted(low: number): number {
    const frame = (low & Pte.FRAME_MASK) >>> 0;
    return low & Pte.SPECIAL || this.u32[this.field(frame, PageStruct.Flags)]! & PageFlag.Reserved ? 0 : frame;
  }
  private count(frame: number): void {
    if (this.u32[this.field(frame, PageStruct.Flags)]! & PageFlag.Anon) this.anon++;
    else this.file++;
  }
  copyRange(dst: number, src: number, start: number, end: number, cow: boolean): boolean {
    this.anon = this.file = 0;
    for (const [va, index] of [...this.entries(src, start, end)]) {
      if (cow) this.u32[index]! &= ~Pte.RW;
      const low = this.u32[index]!;
      const frame = this.counted(low);
      if (frame) {
        this.getFrame(frame);
        this.u32[this.field(frame, PageStruct.MapCount)]!++;
        this.count(frame);
      }
      const to = this.pteSlot(dst, va, true) >>> 2;
      this.u32[to] = low;
      this.u32[to + 1] = this.u32[index + 1]!;
    }
    return true;
  }
  zapRange(pgd: number, start: number, end: number): void {
    this.anon = this.file = 0;
    for (const [, index] of [...this.entries(pgd, start, end)]) {
      const frame = this.counted(this.u32[index]!);
      this.u32[index] = 0;
      if (!frame) continue;
      this.count(frame);
      this.u32[this.field(frame, PageStruct.MapCount)]!--;
      this.putFrame(frame);
    }
  }
  zappedAnon(): number {
    return this.anon;
  }
  zappedFile(): number {
    return this.file;
  }
  protectRange(pgd: number, start: number, end: number, setLo: number, clearLo: number, nx: boolean): void {
    for (const [, index] of this.entries(pgd, start, end)) {
      this.u32[index] = (this.u32[index]! & ~clearLo) | setLo;
      this.u32[index + 1] = nx ? Pte.NX_HI : 0;
    }
  }
  moveRange(pgd: number, from: number, to: number, length: number): boolean {
    for (const [va, index] of [...this.entries(pgd, from, from + length)]) {
      const target = this.pteSlot(pgd, to + (va - from), true) >>> 2;
      this.u32[target] = this.u32[index]!;
      this.u32[target + 1] = this.u32[index + 1]!;
      this.u32[index] = 0;
    }
    return true;
  }
  translate(va: number, access: number): number {
    return this.translateIn(this.active, va, access);
  }
  translateIn(pgd: number, va: number, access: number): number {
    const slot = this.pteSlot(pgd, va, false) >>> 2;
    const low = slot ? this.u32[slot]! : 0;
    if (!(low & Pte.P) || (access === 1 && !(low & Pte.RW))) return 0;
    this.u32[slot] = low | Pte.A | (access ? Pte.D : 0);
    return ((low & Pte.FRAME_MASK) >>> 0) + (va & 0xfff);
  }
}
