import { type HostStreams, MachineEngine, nodeHost } from '@ring3/machine/engine';
import { describe, expect, test } from 'vitest';
import { haveBusybox } from '../programs.js';

describe.skipIf(!haveBusybox)('an engine', () => {
  test('keeps nothing of the streams and terminals of processes that have ended', async () => {
    const closed: number[] = [];
    const streams: HostStreams = { write: () => true, wanted: () => {}, consumed: () => {}, closed: (handle) => void closed.push(handle) };
    const engine = MachineEngine.create(nodeHost, { root: { kind: 'host', path: '/' }, memory: 64 << 20 }, streams);
    for (let i = 0; i < 20; i++) {
      const handles = { stdin: 10 * i + 1, stdout: 10 * i + 2, stderr: 10 * i + 3, console: 10 * i + 4 };
      engine.spawn('/bin/busybox', ['true'], { handles, ...(i % 2 === 0 ? {} : { tty: { cols: 80, rows: 24 } }) });
    }
    expect(() => engine.spawn('/nowhere', [], { handles: { stdin: 901, stdout: 902, stderr: 903, console: 904 } })).toThrow('ENOENT');
    expect(() =>
      engine.spawn('/nowhere', [], { handles: { stdin: 911, stdout: 912, stderr: 913, console: 914 }, tty: { cols: 1, rows: 1 } }),
    ).toThrow('ENOENT');
    await engine.run();
    expect(engine.kernel.hostStreams?.streams.size).toBe(0);
    expect(engine.kernel.consoles.byIndex(1)).toBeUndefined();
    const expected = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? [10 * i + 1, 10 * i + 2, 10 * i + 3] : [10 * i + 4])).flat();
    expect(closed.toSorted((a, b) => a - b)).toEqual([...expected, 901, 902, 903, 914]);
    engine.dispose();
  });
});
