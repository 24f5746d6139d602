import { beforeEach, expect, test, vi } from 'vitest';
import type { MachineEvent, MachineService } from '../protocol.js';
import type { Connection, ConnectOptions } from './connection.js';
import { Machine } from './machine.js';

const never = new Promise<never>(() => {});

/** An engine that answers what a test says, and else nothing. */
const line = vi.hoisted(() => ({
  service: {} as Partial<MachineService>,
  options: null as ConnectOptions | null,
  terminated: 0,
  connecting: null as Promise<unknown> | null,
  kept: false,
}));

vi.mock('#connect', () => ({
  rootFromString: () => ({ kind: 'empty' }),
  connect: async (options: ConnectOptions): Promise<Connection> => {
    line.options = options;
    await line.connecting;
    return {
      service: line.service as MachineService,
      mode: 'worker',
      keepAlive: (yes) => void (line.kept = yes),
      terminate: async () => void line.terminated++,
    };
  },
}));

beforeEach(() => {
  Object.assign(line, { service: { boot: async () => {} }, options: null, terminated: 0, connecting: null, kept: false });
});

const tell = (...events: MachineEvent[]): void => line.options!.receive(events);

const usage = {
  instructions: 1,
  userSeconds: 0,
  systemSeconds: 0,
  maxRssBytes: 0,
  minorFaults: 0,
  majorFaults: 0,
  voluntarySwitches: 0,
  involuntarySwitches: 0,
};

test('the death of its thread ends all that waits', async () => {
  const machine = await Machine.create();
  const errors: unknown[] = [];
  const states: string[] = [];
  machine.on('error', (error) => void errors.push(error));
  machine.on('statechange', ({ state }) => void states.push(state));
  line.service.spawn = async () => 7;
  line.service.stats = () => never;
  const process = await machine.spawn('x');
  const reading = process.stdout.getReader().read();
  const trace = machine.trace().next();
  const waiting = [process.exited, reading, trace, machine.stats()].map((promise) =>
    expect(promise).rejects.toMatchObject({ id: 'internal' }),
  );
  line.options!.failed(new Error('of a heart attack'));
  await Promise.all(waiting);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ id: 'internal', message: expect.stringContaining('of a heart attack') as string });
  expect(states).toEqual(['running', 'failed']);
  await expect(machine.readFile('/x')).rejects.toMatchObject({ id: 'internal' });
  await machine.close();
  await machine.close();
  expect(machine.state).toBe('closed');
  expect(line.terminated).toBe(1);
});

test('a thread that dies while it boots', async () => {
  line.service.boot = () => never;
  const creating = expect(Machine.create()).rejects.toMatchObject({ id: 'internal' });
  await vi.waitFor(() => expect(line.options).not.toBeNull());
  line.options!.failed(new Error('early'));
  await creating;
  expect(line.terminated).toBeLessThanOrEqual(1);
});

test('an abort while the connection is made ends the connection when it comes', async () => {
  let connected!: () => void;
  line.connecting = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const abort = new AbortController();
  const creating = Machine.create({ signal: abort.signal });
  abort.abort(new Error('no'));
  await expect(creating).rejects.toThrow('no');
  expect(line.terminated).toBe(0);
  connected();
  await vi.waitFor(() => expect(line.terminated).toBe(1));
});

test('closes while a call is never answered', async () => {
  const machine = await Machine.create();
  line.service.pause = () => never;
  const pausing = expect(machine.pause()).rejects.toMatchObject({ id: 'closed' });
  await machine.close();
  await pausing;
});

test('an exit that comes before its spawn is answered', async () => {
  const machine = await Machine.create();
  line.service.spawn = async () => {
    tell({ type: 'exit', pid: 9, exit: { code: 2, signal: null, signalNumber: 0, stats: usage } });
    return 9;
  };
  const process = await machine.spawn('x');
  expect(await process.exited).toMatchObject({ code: 2 });
  expect(machine.state).toBe('exited');
});

test('keeps Node alive while something is under way', async () => {
  const machine = await Machine.create();
  expect(line.kept).toBe(false);
  line.service.spawn = async () => 5;
  const process = await machine.spawn('x', [], { stdout: 'ignore', stderr: 'ignore' });
  expect(line.kept).toBe(true);
  tell({ type: 'exit', pid: 5, exit: { code: 0, signal: null, signalNumber: 0, stats: usage } });
  await process.exited;
  expect(line.kept).toBe(false);
});

test('data that folders of the host did not take is told by close, once', async () => {
  const { MachineError } = await import('../engine/options.js');
  const machine = await Machine.create({ mounts: [{ host: '/a', guest: '/b' }] });
  line.service.shutDown = async () => {
    tell({ type: 'failure', error: { id: 'data-loss', message: 'ENOSPC' } });
    throw new MachineError('data-loss', 'ENOSPC', 'ENOSPC');
  };
  await expect(machine.close()).rejects.toMatchObject({ id: 'data-loss', errno: 'ENOSPC' });
  await machine.close();
  expect(machine.state).toBe('closed');
  expect(line.terminated).toBe(1);
});

test('what cannot be sent is a bad option', async () => {
  const machine = await Machine.create();
  line.service.inspect = async () => {
    throw new DOMException('a function could not be cloned', 'DataCloneError');
  };
  await expect(machine.inspect({ pid: 1 })).rejects.toMatchObject({ id: 'bad-option' });
});
