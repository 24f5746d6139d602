import { MachineEngine, type MachineStats } from '../engine/engine.js';
import type { EngineHost } from '../engine/host.js';
import type { GuestProcess } from '../engine/guest-process.js';
import { MachineError } from '../engine/options.js';
import type {
  FileStat,
  InspectRequest,
  InspectView,
  MachineEvent,
  MachineService,
  SpawnRequest,
  StepUnit,
  Stop,
  WireOptions,
} from '../protocol.js';
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
      room: (stream) => this.machine.outputWritable(stream),
      written: (total) => {
        if (total > this.outputLimit) this.machine.endByLimit('outputBytes');
      },
    });
  }

  private outputLimit = Infinity;

  private get machine(): MachineEngine {
    if (!this.engine) throw new MachineError('closed', 'the machine is not running');
    return this.engine;
  }

  async boot(options: WireOptions): Promise<void> {
    const progress = (event: MachineEvent & { type: 'progress' }): void => {
      this.outbox.send(event);
      this.outbox.flush();
    };
    const root = await openRoot(options.root, (record) => progress({ type: 'progress', progress: record }));
    const { root: _, files, coreModule, limits, ...rest } = options;
    const host = coreModule ? { ...this.host, coreModule } : this.host;
    const fetchFailed = (message: string): void => {
      this.outbox.send({ type: 'warning', error: { id: 'fetch-failed', message } });
      this.outbox.flush();
    };
    this.engine = MachineEngine.create(host, { ...rest, limits, root, fetchFailed }, this.streams);
    this.outputLimit = limits.outputBytes ?? Infinity;
    this.traces = new TraceSubscriptions(this.engine.kernel, (event) => this.outbox.send(event));
    await putFiles(this.engine.files, files, (record) => progress({ type: 'progress', progress: record }));
    this.engine.onStop = (stop) => this.outbox.send({ type: 'stopped', stop });
    this.running = this.serve(this.engine);
  }

  private async serve(engine: MachineEngine): Promise<void> {
    try {
      await engine.serve(() => {
        this.traces?.flush();
        this.outbox.flush();
      });
      this.outbox.send({ type: 'ended', ...(engine.limitReached ? { limit: engine.limitReached } : {}) });
    } catch (error) {
      const { id, message, errno } = MachineError.from(error);
      this.outbox.send({ type: 'failure', error: { id, message, ...(errno ? { errno } : {}) } });
    }
    // Exits are told by promises that have been resolved by now.
    await Promise.resolve();
    this.traces?.flush();
    this.outbox.flush();
  }

  async spawn({ streams, stdin, stdout, stderr, ...request }: SpawnRequest): Promise<number> {
    const { path, args, ...options } = request;
    const outputs = request.tty ? [streams.console] : [stdout === 'pipe' ? streams.stdout : 0, stderr === 'pipe' ? streams.stderr : 0];
    for (const stream of outputs) if (stream !== 0) this.streams.addOutput(stream);
    if (!request.tty && stdin === 'pipe') this.streams.addInput(streams.stdin);
    const guest = await this.machine.spawnFetching(path, args, { ...options, stdin, handles: streams });
    this.processes.set(guest.pid, guest);
    void guest.exited.then((exit) => {
      this.processes.delete(guest.pid);
      if (request.tty) this.streams.closed(streams.console);
      this.outbox.send({ type: 'exit', pid: guest.pid, exit });
      this.outbox.flush();
    });
    return guest.pid;
  }

  async kill(pid: number, signal: string | number, group: boolean): Promise<void> {
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
    this.machine.outputFailed(stream, 'EPIPE');
  }

  async resize(stream: number, cols: number, rows: number): Promise<void> {
    this.machine.resize(cols, rows, stream);
  }

  async pause(): Promise<Stop> {
    return this.machine.pause();
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
    return this.machine.inspect(request);
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

  async subscribe(events: readonly string[], batch: number): Promise<number> {
    return this.traces!.add(events, batch);
  }

  async unsubscribe(id: number): Promise<void> {
    this.traces?.remove(id);
    this.outbox.flush();
  }

  async readFile(path: string): Promise<Uint8Array> {
    return this.machine.files.read(path);
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
    this.engine?.stop();
    await this.running;
  }
}
