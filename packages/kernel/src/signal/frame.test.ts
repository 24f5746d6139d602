import { Sig, SiCode, SigFrame } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { placeFrame } from './frame.js';
import { decodeSigInfo, encodeSigInfo } from './siginfo.js';
import { AllSignals, firstSignal, nextSignal, sigMask, sigsetHigh, sigsetLow, sigsetOf } from './sigset.js';

describe('signal frame', () => {
  // Recorded natively with offsetof(ucontext_t, …) + 8.
  it.each([
    [SigFrame.UcFlags, 8],
    [SigFrame.UcLink, 16],
    [SigFrame.SsSp, 24],
    [SigFrame.SsFlags, 32],
    [SigFrame.SsSize, 40],
    [SigFrame.R8, 48],
    [SigFrame.Rdi, 112],
    [SigFrame.Rbx, 136],
    [SigFrame.Rdx, 144],
    [SigFrame.Rax, 152],
    [SigFrame.Rcx, 160],
    [SigFrame.Rsp, 168],
    [SigFrame.Rip, 176],
    [SigFrame.Eflags, 184],
    [SigFrame.Cs, 192],
    [SigFrame.Err, 200],
    [SigFrame.TrapNo, 208],
    [SigFrame.OldMask, 216],
    [SigFrame.Cr2, 224],
    [SigFrame.FpState, 232],
    [SigFrame.SigMask, 304],
  ])('field at %i', (ours, native) => expect(ours).toBe(native));

  it('lies as the ABI wants it, whatever rsp is', () => {
    for (let sp = 0x7fff_0000; sp < 0x7fff_0100; sp += 8) {
      const { fpstate, frame } = placeFrame(sp);
      expect(fpstate % 64).toBe(0);
      expect((frame + 8) % 16).toBe(0);
      expect(fpstate + SigFrame.FpBytes).toBeLessThanOrEqual(sp);
      expect(frame + SigFrame.Bytes).toBeLessThanOrEqual(fpstate);
    }
  });
});

const view = (bytes: Uint8Array) => new DataView(bytes.buffer);

describe('siginfo_t', () => {
  it('puts a fault address at 16, all 64 bits', () => {
    const bytes = encodeSigInfo({ signo: Sig.SEGV, errno: 0, code: SiCode.SegvMapErr, addr: 0x10, addrHigh: 0xffff_8000 });
    expect(view(bytes).getBigUint64(16, true)).toBe(0xffff_8000_0000_0010n);
    expect(bytes.length).toBe(128);
  });

  it('shows zeros for what the kernel sends', () => {
    const bytes = encodeSigInfo({ signo: Sig.SEGV, errno: 0, code: SiCode.Kernel, pid: 0, uid: 0 });
    expect(view(bytes).getBigUint64(16, true)).toBe(0n);
    expect(view(bytes).getInt32(8, true)).toBe(0x80);
  });

  it('keeps what sigqueue passed', () => {
    const bytes = encodeSigInfo({ signo: 40, errno: 0, code: SiCode.Queue, pid: 12, uid: 34, value: [56, 78] });
    const again = decodeSigInfo(bytes);
    expect(again).toMatchObject({ signo: 40, code: SiCode.Queue, pid: 12, uid: 34, value: [56, 78] });
    expect(encodeSigInfo(again)).toEqual(bytes);
  });

  it('tells times of a child in ticks', () => {
    const bytes = encodeSigInfo({
      signo: Sig.CHLD,
      errno: 0,
      code: SiCode.CldExited,
      pid: 5,
      uid: 0,
      status: 7,
      utime: 1_234_000_000,
      stime: 20_000_000,
    });
    expect([view(bytes).getInt32(24, true), view(bytes).getBigInt64(32, true), view(bytes).getBigInt64(40, true)]).toEqual([7, 123n, 2n]);
  });
});

describe('signal sets', () => {
  it('finds the lowest signal in either half', () => {
    expect([0n, sigMask(1), sigMask(32), sigMask(33), sigMask(64), sigMask(64) | sigMask(40)].map(firstSignal)).toEqual([
      0, 1, 32, 33, 64, 40,
    ]);
  });
  it('takes synchronous signals first', () => {
    expect(nextSignal(sigMask(Sig.HUP) | sigMask(Sig.SEGV), 0n)).toBe(Sig.SEGV);
    expect(nextSignal(sigMask(Sig.HUP) | sigMask(Sig.SEGV), sigMask(Sig.SEGV))).toBe(Sig.HUP);
  });
  it('goes through halves unharmed', () => {
    for (const set of [0n, 1n, AllSignals, 0x8000_0001_7fff_fffen]) expect(sigsetOf(sigsetLow(set), sigsetHigh(set))).toBe(set);
  });
});
