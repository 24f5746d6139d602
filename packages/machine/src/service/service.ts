import { MachineEngine } from '../engine/engine.js';
import type { MachineStats } from '../engine/machine-stats.js';
import type { EngineHost } from '../engine/host.js';
import { GuestProcess } from '../engine/guest-process.js';
import { MachineError } from '../engine/options.js';
import type {
  FileStat,
  InspectRequest,
  InspectView,
  MachineEvent,
  MachineService,
  Place,
  SpawnRequest,
  StepUnit,
  Stop,
  WireOptions,
} from '../protocol.js';
import { errorRecord } from '../protocol-errors.js';
import { checkOptions, checkSpawn, checkWindow } from './check-options.js';
import { openRoot } from './open-root.js';
import { putFiles } from './put-files.js';
import { Outbox } from './outbox.js';
import { StreamWindows } from './stream-windows.js';
import { TraceSubscriptions } from './trace-subscriptions.js';

/** Runs one machine for a Machine on the other side of the protocol. */
export class EngineService implements MachineService {
  private engine: MachineEngine | null = null;
  private readonly outbox: Outbox;
  private readonly streams: StreamWindows;
  private readonly processes = new Map<number, GuestProcess>();
  private traces: TraceSubscriptions | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly host: EngineHost,
    post: (events: MachineEvent[], transfer: ArrayBuffer[]) => void,
  ) {
    this.outbox = new Outbox(post);
    this.streams = new StreamWindows((event) => this.outbox.send(event), {
      room: (stream) => this.engine?.outputWritable(stream),
      broken: (stream) => this.engine?.outputFailed(stream, 'EPIPE'),
      limitReached: () => this.engine?.endByLimit('outputBytes'),
    });
  }

  /** What was thrown by files of the host that did not take all. */
  private dataLoss: MachineError | null = null;
  private closed = false;
  /** Ends what is being fetched. */
  private readonly leaving = new AbortController();

  private get machine(): MachineEngine {
    if (!this.engine) throw closedError();
    return this.engine;
  }

  async boot(options: WireOptions): Promise<void> {
    checkOptions(options);
    const progress = (event: MachineEvent & { type: 'progress' }): void => {
      this.outbox.send(event);
      this.outbox.flush();
    };
    const fetchFailed = (message: string): void => {
      if (this.closed) return;
      this.outbox.send({ type: 'warning', error: { id: 'fetch-failed', message } });
      this.outbox.flush();
    };
    const root = await openRoot(
      options.root,
      (record) => progress({ type: 'progress', progress: record }),
      fetchFailed,
      this.leaving.signal,
    );
    if (this.closed) throw closedError();
    const { root: _, files, limits, ...rest } = options;
    this.engine = MachineEngine.create(this.host, { ...rest, limits, root, fetchFailed }, this.streams);
    this.streams.limit = limits.outputBytes ?? Infinity;
    this.traces = new TraceSubscriptions(this.engine.kernel, (event) => this.outbox.send(event));
    await putFiles(this.engine.files, files, (record) => progress({ type: 'progress', progress: record }));
    if (this.closed) throw closedError();
    this.engine.onStop = (stop) => this.outbox.send({ type: 'stopped', stop });
    this.running = this.serve(this.engine);
  }

  private async serve(engine: MachineEngine): Promise<void> {
    try {
      await engine.serve({
        afterSlice: () => this.flush(),
        onIdle: (idle) => {
          this.outbox.send({ type: 'idle', idle });
          this.outbox.flush();
        },
        isHeld: () => this.traces?.full === true,
      });
      // Their exits are told before.
      await Promise.all([...this.processes.values()].map(({ exited }) => exited));
      if (engine.limitReached) this.outbox.send({ type: 'ended', limit: engine.limitReached });
    } catch (error) {
      const failure = MachineError.from(error);
      if (failure.id === 'data-loss') this.dataLoss = failure;
      this.outbox.send({ type: 'failure', error: errorRecord(failure) });
    }
    this.flush();
  }

  private flush(): void {
    this.traces?.flush();
    this.outbox.flush();
  }

  async spawn(asked: SpawnRequest): Promise<number> {
    checkSpawn(asked);
    const limit = this.machine.limitReached;
    if (limit) throw new MachineError('limit-reached', `the machine has ended: its limit of ${limit} is reached`);
    const { streams, stdin, stdout, stderr, ...request } = asked;
    const { path, args, ...options } = request;
    const outputs = request.tty ? [streams.console] : [stdout === 'pipe' ? streams.stdout : 0, stderr === 'pipe' ? streams.stderr : 0];
    const input = request.tty ? streams.console : stdin === 'pipe' ? streams.stdin : 0;
    for (const stream of outputs) if (stream !== 0) this.streams.addOutput(stream);
    if (input !== 0) this.streams.addInput(input);
    let guest: GuestProcess;
    try {
      guest = await this.machine.spawnFetching(path, args, { ...options, stdin, handles: streams });
    } catch (error) {
      for (const stream of [input, ...outputs]) this.streams.closed(stream);
      this.outbox.flush();
      throw error;
    }
    this.processes.set(guest.pid, guest);
    void guest.exited.then((exit) => {
      this.processes.delete(guest.pid);
      this.outbox.send({ type: 'exit', pid: guest.pid, exit });
      this.outbox.flush();
    });
    return guest.pid;
  }

  async kill(pid: number, signal: string | number, group: boolean): Promise<void> {
    GuestProcess.number(signal);
    const guest = this.processes.get(pid);
    if (group) guest?.killGroup(signal);
    else guest?.kill(signal);
  }

  async input(stream: number, bytes: Uint8Array): Promise<void> {
    this.machine.input(stream, bytes);
  }

  async inputEnd(stream: number): Promise<void> {
    this.machine.inputEnd(stream);
  }

  async credit(stream: number, bytes: number): Promise<void> {
    this.streams.credit(stream, bytes);
  }

  async cancelOutput(stream: number): Promise<void> {
    this.streams.cancel(stream);
  }

  async resize(stream: number, cols: number, rows: number): Promise<void> {
    checkWindow(cols, rows);
    this.machine.resize(cols, rows, stream);
  }

  async pause(): Promise<Stop> {
    return this.machine.pause();
  }

  async hold(at?: Place): Promise<Place> {
    return this.machine.hold(at);
  }

  async release(): Promise<void> {
    this.machine.release();
  }

  async resume(): Promise<void> {
    this.machine.resume();
  }

  async step(unit: StepUnit): Promise<Stop | null> {
    const stop = await this.machine.step(unit);
    this.traces?.flush();
    this.outbox.flush();
    return stop;
  }

  async setStops(specs: readonly string[]): Promise<void> {
    await this.machine.setStops(specs);
  }

  async inspect(request: InspectRequest): Promise<InspectView | null> {
    return this.machine.inspectWith(request);
  }

  async readMemory(pid: number, address: number, length: number): Promise<Uint8Array> {
    return this.machine.readMemory(pid, address, length);
  }

  async writeMemory(pid: number, address: number, bytes: Uint8Array): Promise<number> {
    return this.machine.writeMemory(pid, address, bytes);
  }

  async stats(): Promise<MachineStats> {
    return this.machine.stats();
  }

  async subscribe(id: number, events: readonly string[], batch: number): Promise<void> {
    if (!this.traces) throw closedError();
    this.traces.add(id, events, batch);
  }

  async traceTaken(id: number, records: number): Promise<void> {
    this.traces?.taken(id, records);
    this.engine?.poke();
  }

  async unsubscribe(id: number): Promise<void> {
    this.traces?.remove(id);
    this.engine?.poke();
    this.outbox.flush();
  }

  async readFile(path: string): Promise<Uint8Array> {
    return this.machine.readFile(path);
  }

  async writeFile(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    this.machine.files.write(path, bytes, mode);
  }

  async readdir(path: string): Promise<string[]> {
    return this.machine.files.readdir(path);
  }

  async stat(path: string): Promise<FileStat> {
    return this.machine.files.stat(path);
  }

  async mkdir(path: string): Promise<void> {
    this.machine.files.mkdir(path);
  }

  async remove(path: string): Promise<void> {
    this.machine.files.remove(path);
  }

  async shutDown(): Promise<void> {
    this.closed = true;
    this.leaving.abort();
    this.engine?.stop();
    await this.running;
    this.engine?.dispose();
    // Whoever keeps the Machine does not keep its memory.
    this.engine = null;
    this.traces = null;
    if (this.dataLoss) throw this.dataLoss;
  }
}

function closedError(): MachineError {
  return new MachineError('closed', 'the machine is closed');
}
