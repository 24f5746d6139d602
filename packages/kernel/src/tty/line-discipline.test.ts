import { Iflag, Lflag, O, Poll, Sig, Vc } from '@ring3/abi';
import { expect, test } from 'vitest';
import { EAGAIN } from '../errno.js';
import { KernelIter } from '../io/kernel-iter.js';
import type { Kernel } from '../kernel.js';
import { hasSignal } from '../signal/sigset.js';
import { testMachine } from '../testing/machine.js';
import { hangUp } from './ctty.js';
import { receiveInput } from './input.js';
import { setWindowSize } from './ioctl.js';
import { applyTermios } from './set-termios.js';
import { decodeTermios, encodeTermios } from './termios.js';
import { TtyFile } from './tty-file.js';
import { Tty } from './tty.js';

/** A terminal that keeps what it shows. */
class TestTty extends Tty {
  shown = '';
  room = 4096;
  writeRoom(): number {
    return this.room;
  }
  output(_k: Kernel, bytes: Uint8Array): void {
    this.shown += String.fromCharCode(...bytes);
  }
}

function makeTty(): {
  k: Kernel;
  tty: TestTty;
  type: (text: string) => void;
  read: (size?: number) => string;
  echo: () => string;
  file: TtyFile;
} {
  const { k } = testMachine();
  const tty = new TestTty(0x400, 'test');
  const file = new TtyFile(O.RDWR, k.mounts.root.root.inode!, tty);
  return {
    k,
    tty,
    file,
    type: (text) =>
      receiveInput(
        k,
        tty,
        Uint8Array.from(text, (c) => c.charCodeAt(0)),
      ),
    read(size = 64) {
      const into = new Uint8Array(size);
      try {
        return String.fromCharCode(...into.subarray(0, file.read(k, new KernelIter(into))));
      } catch (error) {
        if (error === EAGAIN) return 'EAGAIN';
        throw error;
      }
    },
    echo() {
      const { shown } = tty;
      tty.shown = '';
      return shown;
    },
  };
}

/** [typed, echoed, read]: the values that a Linux 5.4 terminal gives (tests/guest/pty.c compares more of them natively). */
const lines: readonly (readonly [string, string, string])[] = [
  ['plain\n', 'plain\r\n', 'plain\n'],
  ['ab\x7f\x7f\x7fc\r', 'ab\b \b\b \bc\r\n', 'c\n'],
  ['two words\x17x\n', `two words${'\b \b'.repeat(5)}x\r\n`, 'two x\n'],
  ['gone\x15kept\n', `gone${'\b \b'.repeat(4)}kept\r\n`, 'kept\n'],
  ['a\tb\x7f\x7f\n', `a\tb\b \b${'\b'.repeat(7)}\r\n`, 'a\n'],
  ['\x16\x03\x16\n\n', '^\b^C^\b^J\r\n', '\x03\n\n'],
  ['end\x04', 'end', 'end'],
  ['\x04', '', ''],
];

test('a line is edited and echoed', () => {
  for (const [typed, echoed, expected] of lines) {
    const { type, read, echo } = makeTty();
    type(typed);
    expect([echo(), read()]).toEqual([echoed, expected]);
    expect(read()).toBe('EAGAIN');
  }
});

test('a read gets one line, or a part of it', () => {
  const { type, read, tty } = makeTty();
  type('first\nsecond\nthi');
  expect(tty.available).toBe(13);
  expect([read(3), read(), read(), read()]).toEqual(['fir', 'st\n', 'second\n', 'EAGAIN']);
  type('rd\n\x04');
  expect([read(), read(), read()]).toEqual(['third\n', '', 'EAGAIN']);
});

test('a line that is too long still ends; bytes behind full lines wait', () => {
  const { type, read, tty } = makeTty();
  type(`${'x'.repeat(5000)}\n`);
  expect(read(8192)).toBe(`${'x'.repeat(4095)}\n`);
  type(`one\n${'y'.repeat(5000)}\n`);
  expect(tty.held.length).toBeGreaterThan(0);
  expect(read(8192)).toBe('one\n');
  expect(read(8192)).toBe(`${'y'.repeat(4095)}\n`);
});

test('special characters signal the foreground group and drop what was typed', () => {
  for (const [typed, signo, shown] of [
    ['\x03', Sig.INT, '^C'],
    ['\x1c', Sig.QUIT, '^\\'],
    ['\x1a', Sig.TSTP, '^Z'],
  ] as const) {
    const { k, tty, type, read, echo } = makeTty();
    tty.pgrp = k.init.pid;
    // pid 1 ignores what it has no handler for.
    k.init.sighand.actions[signo - 1]!.handler = 0x1000;
    type(`lost${typed}`);
    expect([echo(), read()]).toEqual([`lost${shown}`, 'EAGAIN']);
    expect(hasSignal(k.init.signal.shared.set, signo)).toBe(true);
  }
});

test('a new window size is told once', () => {
  const { k, tty } = makeTty();
  tty.pgrp = k.init.pid;
  k.init.sighand.actions[Sig.WINCH - 1]!.handler = 0x1000;
  setWindowSize(k, tty, 24, 80, 0, 0);
  expect(hasSignal(k.init.signal.shared.set, Sig.WINCH)).toBe(false);
  setWindowSize(k, tty, 25, 80, 0, 0);
  expect(hasSignal(k.init.signal.shared.set, Sig.WINCH)).toBe(true);
});

test('VMIN and VTIME', () => {
  const { k, tty, file, type, read } = makeTty();
  const modes = (min: number, time: number): void => {
    const cc = [...tty.termios.cc];
    cc[Vc.MIN] = min;
    cc[Vc.TIME] = time;
    applyTermios(k, tty, { ...tty.termios, lflag: 0, cc });
  };
  modes(3, 0);
  type('ab');
  expect([tty.poll(k) & Poll.IN, read()]).toEqual([0, 'EAGAIN']);
  type('c');
  expect([tty.poll(k) & Poll.IN, read()]).toEqual([Poll.IN, 'abc']);
  modes(0, 0);
  expect(read()).toBe('');
  modes(0, 2);
  expect([read(), file.readDeadline(k)]).toEqual(['EAGAIN', k.clock.monotonic(k) + 200_000_000]);
  modes(5, 1);
  expect(file.readDeadline(k)).toBe(undefined);
  type('x');
  expect(read()).toBe('EAGAIN');
  k.clock.skipTo(k, file.readDeadline(k)!);
  expect(read()).toBe('x');
});

test('changing between canonical and raw keeps the bytes', () => {
  const { k, tty, type, read } = makeTty();
  type('a\n\x04b');
  applyTermios(k, tty, { ...tty.termios, lflag: tty.termios.lflag & ~Lflag.ICANON });
  expect(read(3)).toBe('a\n\0');
  applyTermios(k, tty, { ...tty.termios, lflag: tty.termios.lflag | Lflag.ICANON });
  expect(read()).toBe('b');
});

test('stopped output: writers wait, echoes come later', () => {
  const { k, tty, file, type, echo } = makeTty();
  type('\x13ls\n');
  expect([echo(), tty.poll(k) & Poll.OUT]).toEqual(['', 0]);
  expect(() => file.write(k, new KernelIter(Uint8Array.of(65)))).toThrow();
  type('\x11');
  expect(echo()).toBe('ls\r\n');
});

test('modes survive their layout', () => {
  const { tty } = makeTty();
  tty.termios.iflag |= Iflag.IUTF8;
  expect(decodeTermios(encodeTermios(tty.termios, true), tty.termios)).toEqual(tty.termios);
  expect(decodeTermios(encodeTermios(tty.termios, false), tty.termios)).toEqual(tty.termios);
  expect(encodeTermios(tty.termios, false).length).toBe(36);
});

test('a hangup ends reads and refuses writes', () => {
  const { k, tty, file, read } = makeTty();
  hangUp(k, tty);
  expect(read()).toBe('');
  expect(tty.poll(k) & Poll.HUP).toBe(Poll.HUP);
  expect(() => file.write(k, new KernelIter(Uint8Array.of(65)))).toThrow();
});
