import type { PropertyDeclarations, PropertyValues, TemplateResult } from 'lit';
import { type Exit, type FileSpec, type Machine, MachineError, type Progress } from '@ring3/machine';
import type { InspectRequest, InspectView, StepUnit, Stop, TraceRecord } from '@ring3/machine/protocol';
import { Announcer } from './announcer.js';
import { listOf } from './attribute-values.js';
import { ChildFilesController, contentOf, specOf } from './child-files.js';
import { CustomStates } from './custom-states.js';
import { describeExit, dispatch, type MachineElementState } from './events.js';
import { explainError } from './explain-error.js';
import { FileDropController } from './file-drop.js';
import type { Ring3File } from './file-element.js';
import { frame } from './frame.js';
import { MachineAttributes } from './machine-attributes.js';
import { namesProgram, type OpenedProgram, planRun, programName } from './machine-options.js';
import { isTracedEvent, MachineRun, type RunListener, type TracedEvent } from './machine-run.js';
import { machineStyles } from './machine-styles.js';
import { type MachineActions, type MachineView, nameOf, renderMachine } from './machine-view.js';
import { type OutputStreamNumber, OutputText } from './output-text.js';
import { controls, tokens } from './styles.js';
import type { TerminalLink } from './terminal-link.js';
import { VisibilityController } from './visibility.js';

/** A step that takes longer shows as running, so that it can be paused. */
const LONG_STEP_MS = 150;

/**
 * Runs an x86-64 Linux program and shows what it prints.
 *
 * ```html
 * <ring3-machine src="hello" autorun></ring3-machine>
 * <ring3-machine root="images/base/" program="/bin/bash" env="TERM=xterm-256color">
 *   <ring3-terminal></ring3-terminal>
 * </ring3-machine>
 * ```
 *
 * `theme` and `pause-at` act at once, every other attribute at the next run. Moving the element keeps its machine, removing it ends it.
 *
 * @tag ring3-machine
 * @tagname ring3-machine
 * @slot - `<ring3-file>` children; anything else here is shown only where there is no JavaScript
 * @slot terminal - a `<ring3-terminal>` goes here by itself
 * @slot title - replaces the program's name in the head
 * @slot actions - more buttons, beside the others
 * @slot footer - below the output
 * @csspart frame - the whole
 * @csspart head - name, state and buttons
 * @csspart title - the program's name
 * @csspart status - the state in words
 * @csspart buttons - around the buttons
 * @csspart button - every button
 * @csspart primary-button - Run, Pause, Continue
 * @csspart stop-button - Stop
 * @csspart step-button - Step
 * @csspart back-button - Back
 * @csspart open-button - Open…
 * @csspart progress - how far loading is
 * @csspart where - where a paused program stands
 * @csspart error - what went wrong
 * @csspart help - what can be done about it
 * @csspart notice - what went wrong without ending the program, and which files were taken
 * @csspart output - what the program printed, where there is no terminal
 * @csspart stdout - its standard output
 * @csspart stderr - its standard error
 * @csspart hint - what stands in an empty output
 * @csspart drop - shown while files are held above the element
 * @cssproperty --ring3-background - of the frame
 * @cssproperty --ring3-color - of text
 * @cssproperty --ring3-muted - of what matters less
 * @cssproperty --ring3-border - of lines
 * @cssproperty --ring3-button-background - of buttons
 * @cssproperty --ring3-accent - of the button to press
 * @cssproperty --ring3-on-accent - of text on it
 * @cssproperty --ring3-error - of errors
 * @cssproperty --ring3-warning - of a pause, and of notices
 * @cssproperty --ring3-success - of a program that ended with status 0
 * @cssproperty --ring3-screen-background - behind output
 * @cssproperty --ring3-screen-color - of output
 * @cssproperty --ring3-screen-muted - of remarks in the output
 * @cssproperty --ring3-screen-stderr - of standard error
 * @cssproperty --ring3-font - family of text
 * @cssproperty --ring3-mono - family of output
 * @cssproperty --ring3-radius - of corners
 * @cssproperty --ring3-output-height - greatest height of the plain output
 * @cssstate idle - nothing has been run
 * @cssstate loading - the machine is being made
 * @cssstate running - the program runs
 * @cssstate paused - the program stands still
 * @cssstate exited - the program has ended
 * @cssstate error - it could not be run
 * @fires {CustomEvent<ProgressDetail>} ring3-progress - something is being loaded: phase, file, loaded, total
 * @fires {CustomEvent<ReadyDetail>} ring3-ready - the machine has booted (bootTime, mode, lost); the program is started next
 * @fires {CustomEvent<StateChangeDetail>} ring3-statechange - state, previous, and where it stands (stop) while it is paused
 * @fires {CustomEvent<StageDetail>} ring3-stage - a stage of execve: stage, and the tracepoint's fields
 * @fires {CustomEvent<OutputDetail>} ring3-stdout - data: Uint8Array, of standard output or the terminal
 * @fires {CustomEvent<OutputDetail>} ring3-stderr - data: Uint8Array
 * @fires {CustomEvent<ExitDetail>} ring3-exit - code, signal, stats, and limit where one ended it
 * @fires {CustomEvent<ErrorDetail>} ring3-error - id, message, help, fatal
 * @fires {CustomEvent<RecordsDetail>} ring3-fault - records of page faults, where `trace` has `fault`
 * @fires {CustomEvent<RecordsDetail>} ring3-syscall - records of system calls, where `trace` has `syscall`
 * @fires {CustomEvent<RecordsDetail>} ring3-signal - records of signals, where `trace` has `signal`
 */
export class Ring3Machine extends MachineAttributes {
  static override readonly styles = [tokens, controls, machineStyles];
  static override readonly properties: PropertyDeclarations = { terminal: { state: true, attribute: false } };

  /** @internal */
  declare terminal: TerminalLink | null;

  private readonly states = new CustomStates(this);
  private readonly visibility = new VisibilityController(this, (visible) => void this.visibilityChanged(visible));
  private readonly drop = new FileDropController(
    this,
    () => !this.noDrop,
    (files) => void this.open(files).catch(() => {}),
  );
  private readonly files = new ChildFilesController(this, (files) => void this.filesAdded(files));
  private readonly announcer = new Announcer(this);

  private currentState: MachineElementState = 'idle';
  private current: MachineRun | null = null;
  private ended: Promise<Exit> | null = null;
  private exit: Exit | null = null;
  private standing: Stop | null = null;
  private where: MachineView['where'] = null;
  private progress: Progress | null = null;
  private failure: MachineView['error'] = null;
  private notice: string | null = null;
  private output = new OutputText();
  private outputChanged = false;
  private opened: OpenedProgram | null = null;
  /** Files that were dropped or picked. */
  private extraFiles: FileSpec[] = [];
  /** Input from before the first run. */
  private early: Uint8Array[] = [];
  private disposal: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;
  /** Paused because nobody could see it. */
  private unseen = false;
  private focused: Element | null = null;

  constructor() {
    super();
    this.terminal = null;
    this.states.show('idle');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A move within the page disconnects and connects again at once: the machine stays.
    clearTimeout(this.disposal);
    if (!this.disposed) return;
    this.disposed = false;
    this.startByItself();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.disposal);
    this.disposal = setTimeout(() => {
      this.disposed = true;
      void this.reset();
    }, 0);
  }

  /** Element.moveBefore: nothing is connected or disconnected. */
  connectedMoveCallback(): void {}

  protected override firstUpdated(): void {
    // Not inside an update: it begins the next one.
    queueMicrotask(() => this.startByItself());
  }

  private startByItself(): void {
    const start = (): void => {
      if (this.autorun && this.isConnected && this.state === 'idle') void this.run().catch(() => {});
    };
    // While the page is being parsed, the element's children are not there yet.
    if (this.ownerDocument.readyState === 'loading') this.ownerDocument.addEventListener('DOMContentLoaded', start, { once: true });
    else start();
  }

  /** What it is doing: idle, loading, running, paused, exited, error. */
  get state(): MachineElementState {
    return this.currentState;
  }

  /** The machine itself, from ring3-ready until the program has ended (or, with `keep`, until reset); null otherwise. */
  get machine(): Machine | null {
    return this.current?.booted ?? null;
  }

  /** Where it stands, and why, while it is paused. */
  get stop(): Stop | null {
    return this.standing;
  }

  /** Standard output and error as text, as far as it is kept; with a terminal, the terminal has it. */
  get outputText(): string {
    return this.output.text;
  }

  /**
   * Starts the program, or goes on where it is paused. Resolves with how it ended.
   * @throws MachineError what `ring3-error` tells; closed: it was reset before its end
   */
  async run(): Promise<Exit> {
    if (this.state === 'paused') {
      const ended = this.ended!;
      // The program may have ended, and its run be closed, before the answer to this is here.
      await Promise.race([this.resume(), ended]);
      return ended;
    }
    if (this.state === 'running' || this.state === 'loading') return this.ended!;
    return this.begin(false);
  }

  private async begin(paused: boolean): Promise<Exit> {
    const forgotten = this.forget();
    let run: MachineRun;
    try {
      run = this.plan(paused);
    } catch (error) {
      this.fail(MachineError.from(error));
      throw error;
    }
    this.current = run;
    for (const bytes of this.early.splice(0)) void run.write(bytes);
    this.ended = this.drive(run, forgotten);
    return this.ended;
  }

  private plan(paused: boolean): MachineRun {
    const plan = planRun(this, this.opened, this.baseURI);
    const traced: TracedEvent[] = [];
    for (const word of listOf(this.trace)) {
      if (!isTracedEvent(word)) throw new MachineError('bad-option', `trace="${word}" is none of fault, syscall, signal`);
      traced.push(word);
    }
    plan.machine.files = [...(plan.machine.files ?? []), ...this.files.specs(), ...this.extraFiles];
    return new MachineRun(plan, { terminal: this.terminal, traced, pauseAt: listOf(this.pauseAt), paused }, this.listener);
  }

  /** What the element does with what happens in its run. */
  private readonly listener: RunListener = {
    progress: (progress) => {
      this.progress = progress;
      this.requestUpdate();
      dispatch(this, 'ring3-progress', progress);
    },
    ready: (machine, bootTime) => dispatch(this, 'ring3-ready', { bootTime, mode: machine.mode, lost: machine.modeInfo.lost }),
    output: (data, stream, fresh) => this.show(data, stream, fresh),
    outputAgain: () => {
      this.output = new OutputText();
      this.requestUpdate();
    },
    stage: (record) => dispatch(this, 'ring3-stage', { ...record, stage: record.event.slice('exec:'.length) }),
    records: (event, records) => dispatch(this, `ring3-${event}`, { records }),
    stopped: (stop) => this.standStill(stop),
    warning: (error) => this.warn(error),
  };

  /** From loading to the program's end. @throws MachineError */
  private async drive(run: MachineRun, forgotten: Promise<void>): Promise<Exit> {
    this.setState('loading');
    try {
      await forgotten;
      await run.start();
      // A stop may have come already.
      if (!run.closed && this.state === 'loading') this.setState('running');
      if (!run.closed && !this.visibility.visible) await this.visibilityChanged(false);
      const exit = await run.ended();
      if (!run.closed) this.programEnded(run, exit);
      return exit;
    } catch (error) {
      if (!run.closed) {
        this.fail(MachineError.from(error));
        void run.close();
      }
      throw error;
    }
  }

  private programEnded(run: MachineRun, exit: Exit): void {
    this.exit = exit;
    this.setState('exited');
    const { code, signal, stats, limit } = exit;
    dispatch(this, 'ring3-exit', { code, signal, stats, ...(limit ? { limit } : {}) });
    if (this.keep) return;
    // Who hears of the end may still read files.
    void run.quiet().then(async () => {
      if (this.current === run) this.current = null;
      await run.close();
    });
  }

  /** No guest instruction runs until `run` or `step`. While it is loading: it will stand before its first instruction. */
  async pause(): Promise<void> {
    const { current: run } = this;
    this.unseen = false;
    if (!run) return;
    if (this.state === 'loading') {
      await run.standAtStart();
      return;
    }
    if (this.state !== 'running') return;
    const stop = await run.pause();
    if (!run.closed && this.state === 'running') this.standStill(stop);
  }

  private async resume(): Promise<void> {
    const { current: run } = this;
    this.unseen = false;
    if (!run || this.state !== 'paused') return;
    this.setState('running');
    await run.resume();
  }

  /**
   * Goes on to the next instruction (`insn`; `over`: not into a call; `out`: until the function has returned) or event (`syscall`, `fault`,
   * `stage`, `signal`), and resolves where it stands then; null: the program has ended before. One that is not running is started and
   * stands before its first instruction; one that runs is paused first.
   * @throws MachineError
   */
  async step(unit: StepUnit = 'insn'): Promise<Stop | null> {
    if (this.state === 'running') await this.pause();
    if (this.state !== 'paused') return this.startPaused();
    const run = this.current!;
    const long = setTimeout(() => {
      if (!run.closed && this.state === 'paused') this.setState('running');
    }, LONG_STEP_MS);
    try {
      const stop = await run.step(unit);
      if (stop && !run.closed) this.standStill(stop);
      return stop;
    } finally {
      clearTimeout(long);
    }
  }

  /**
   * Goes back to the stop before, or from a run under way to the last one, and resolves where it stands then. Needs a virtual clock (which
   * is the default where `pause-at` is set, or `step` started the program): the same run is made once more, as far as to that stop. Output
   * and records are told once only.
   * @throws MachineError bad-option: a real clock, or nothing to go back to; closed; not-repeatable
   */
  async back(): Promise<Stop> {
    const run = this.running();
    const stop = await run.back();
    if (!run.closed) this.standStill(stop);
    return stop;
  }

  private startPaused(): Promise<Stop | null> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (this.state === 'paused') resolve(this.standing);
        else if (this.state === 'exited' || this.state === 'error' || this.state === 'idle') resolve(null);
        else return;
        this.removeEventListener('ring3-statechange', settle);
      };
      this.begin(true).catch(reject);
      this.addEventListener('ring3-statechange', settle);
    });
  }

  /** Ends the program and forgets it: the next run begins anew, with the attributes as they are then. */
  async reset(): Promise<void> {
    const forgotten = this.forget();
    this.early = [];
    if (this.state !== 'idle') this.setState('idle');
    await forgotten;
  }

  /** Leaves nothing of the last run, at once; the state is the caller's to set. Resolves when its machine is closed. */
  private async forget(): Promise<void> {
    const { current: run } = this;
    this.current = null;
    this.ended = null;
    this.exit = null;
    this.output = new OutputText();
    this.announcer.clear();
    this.failure = null;
    this.notice = null;
    this.progress = null;
    this.unseen = false;
    this.requestUpdate();
    await run?.close();
  }

  /** Sends the program a signal, by name or number. Does nothing where none is running. */
  async kill(signal: string | number = 'SIGTERM'): Promise<void> {
    await this.current?.kill(signal);
    // A paused program dies only when it goes on.
    if (this.state === 'paused' && (signal === 'SIGKILL' || signal === 9)) await this.resume();
  }

  /** Gives the program input: text, or bytes. Before it runs they are kept for it. Resolves when there is room for more. */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    if (this.current) await this.current.write(bytes);
    else if (this.state === 'idle') this.early.push(bytes);
  }

  /** Ends the program's input, as ^D does. */
  async writeEnd(): Promise<void> {
    await this.current?.writeEnd();
  }

  /** Bytes of a file in the guest. @throws MachineError file-error, closed */
  async readFile(path: string): Promise<Uint8Array> {
    return this.running().use((machine) => machine.readFile(path));
  }

  /** Makes or replaces a file in the guest, and the folders above it. @throws MachineError file-error, closed */
  async writeFile(path: string, content: Uint8Array | string, mode?: number): Promise<void> {
    await this.running().use((machine) => machine.writeFile(path, content, mode));
  }

  /** What is at this moment in a process, by default the program: registers, mappings, page walks, stack. Null: its memory is gone. @throws MachineError closed */
  async inspect(request: Partial<InspectRequest> = {}): Promise<InspectView | null> {
    return this.running().inspect(request);
  }

  /** Tracepoints as they happen, of these groups ('syscalls') or events ('exec:start_thread'). @throws MachineError closed */
  tracepoints(events: readonly string[]): AsyncIterableIterator<TraceRecord> {
    return this.running().machine.trace({ events });
  }

  private running(): MachineRun {
    if (!this.current) throw new MachineError('closed', 'no program is running');
    return this.current;
  }

  /** Runs a program whose bytes are at hand. `name` becomes its path in the guest; `src`, `program` and `argv` do not count until they are set again. */
  async runBytes(name: string, content: Uint8Array | Blob): Promise<Exit> {
    this.opened = { name: name.split('/').findLast((part) => part !== '') ?? 'program', content };
    await this.reset();
    return this.run();
  }

  /**
   * Takes files as if they were dropped: runs the first that is a program (an ELF file, or a script with #!), and puts the others beside
   * it; where there is none, all go into the guest, at its working directory. Resolves when they are there.
   */
  async open(files: Iterable<File>): Promise<void> {
    const specs: FileSpec[] = [];
    let program: File | null = null;
    for (const file of files) {
      if (!program && isProgram(new Uint8Array(await file.slice(0, 4).arrayBuffer()))) program = file;
      else specs.push({ path: `${this.cwd?.replace(/\/$/, '') ?? ''}/${file.name}`, content: file });
    }
    this.extraFiles = [...this.extraFiles.filter(({ path }) => !specs.some((spec) => spec.path === path)), ...specs];
    if (program) {
      this.runBytes(program.name, program).catch(() => {});
      return;
    }
    await this.putFiles(specs);
    this.notice = specs.length === 0 ? null : `In the guest: ${specs.map(({ path }) => path).join(', ')}`;
    this.requestUpdate();
  }

  private async putFiles(files: readonly FileSpec[]): Promise<void> {
    const { current: run } = this;
    if (!run?.booted) return;
    for (const file of files) {
      try {
        const content = await contentOf(file);
        const mode = file.mode ?? (isProgram(content) ? 0o755 : 0o644);
        await run.use((machine) => machine.writeFile(file.path, content, mode));
      } catch (error) {
        if (!run.closed) this.warn(MachineError.from(error));
      }
    }
  }

  private async filesAdded(files: readonly Ring3File[]): Promise<void> {
    if (!this.current?.booted) return;
    try {
      await this.putFiles(files.map(specOf));
    } catch (error) {
      this.warn(MachineError.from(error));
    }
  }

  /** Every terminal that names this machine; the last one shows it. */
  private readonly terminals: TerminalLink[] = [];

  /** Called by a <ring3-terminal> that shows this machine; the next run has a tty. Returns what undoes it. */
  attachTerminal(terminal: TerminalLink): () => void {
    this.terminals.push(terminal);
    this.terminal = terminal;
    return () => {
      this.terminals.splice(this.terminals.indexOf(terminal), 1);
      this.terminal = this.terminals.at(-1) ?? null;
    };
  }

  /** The terminal's size has changed. */
  resizeTerminal(cols: number, rows: number): void {
    // A program that has ended has no size.
    void this.current?.resize(cols, rows).catch(() => {});
  }

  private show(data: Uint8Array, stream: OutputStreamNumber, fresh: Uint8Array): void {
    if (fresh.length > 0) dispatch(this, stream === 1 ? 'ring3-stdout' : 'ring3-stderr', { data: fresh });
    if (this.terminal) return;
    const text = this.output.append(data, stream);
    if (fresh.length > 0) this.announcer.printed(text);
    if (this.outputChanged) return;
    this.outputChanged = true;
    void frame().then(() => {
      this.outputChanged = false;
      this.requestUpdate();
    });
  }

  private standStill(stop: Stop): void {
    if (this.state === 'exited' || this.state === 'error') return;
    const run = this.current!;
    this.setState('paused', stop);
    void this.describe(stop, run);
  }

  /** Says where it stands, in words, which are loaded with the first pause. */
  private async describe(stop: Stop, run: MachineRun): Promise<void> {
    try {
      const { describeStop } = await import('./stop-text.js');
      const where = await run.use((machine) => describeStop(stop, machine));
      if (this.standing !== stop) return;
      this.where = where;
      this.requestUpdate();
    } catch (error) {
      if (!run.closed && !(error instanceof MachineError && error.id === 'closed')) this.warn(MachineError.from(error));
    }
  }

  private fail(error: MachineError): void {
    const help = explainError(error);
    this.failure = { message: error.message, help };
    this.progress = null;
    this.current = null;
    this.setState('error');
    dispatch(this, 'ring3-error', { id: error.id, message: error.message, help, fatal: true });
  }

  private warn(error: MachineError): void {
    const help = explainError(error);
    this.notice = help ? `${error.message}. ${help}` : error.message;
    this.requestUpdate();
    dispatch(this, 'ring3-error', { id: error.id, message: error.message, help, fatal: false });
  }

  private setState(state: MachineElementState, stop: Stop | null = null): void {
    const previous = this.currentState;
    this.currentState = state;
    this.standing = stop;
    if (state !== 'paused') this.where = null;
    if (state !== 'loading') this.progress = null;
    this.states.show(state);
    this.requestUpdate();
    if (state !== previous || stop) dispatch(this, 'ring3-statechange', { state, previous, stop });
  }

  private async visibilityChanged(visible: boolean): Promise<void> {
    if (!visible && this.state === 'running') {
      await this.pause();
      this.unseen = this.standing !== null;
      this.requestUpdate();
    } else if (visible && this.unseen) {
      await this.resume();
    }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src') || changed.has('program') || changed.has('argv')) {
      if (this.hasUpdated) this.opened = null;
    }
    this.focused = this.shadowRoot?.activeElement ?? null;
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.visibility.watch(this.pauseOffscreen);
    if (changed.has('pauseAt')) void this.setPauseAt();
    // A button that is gone leaves the focus to the one that is always there.
    if (this.focused && !this.focused.isConnected) this.renderRoot.querySelector<HTMLElement>('#primary')?.focus();
    this.focused = null;
  }

  private async setPauseAt(): Promise<void> {
    const { current: run } = this;
    try {
      await run?.setPauseAt(listOf(this.pauseAt));
    } catch (error) {
      if (!run?.closed) this.warn(MachineError.from(error));
    }
  }

  protected override render(): TemplateResult {
    return renderMachine(this.view(), this.actions);
  }

  private readonly actions: MachineActions = {
    primary: () => void (this.state === 'running' ? this.pause() : this.run()).catch(() => {}),
    stop: () => void this.reset(),
    step: () => void this.step().catch(() => {}),
    back: () => void this.back().catch((error: unknown) => this.warn(MachineError.from(error))),
    pick: () => this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')?.click(),
    picked: (event) => {
      const input = event.target as HTMLInputElement;
      const files = [...(input.files ?? [])];
      // Picking the same file again is to count too.
      input.value = '';
      if (files.length > 0) void this.open(files);
    },
  };

  private view(): MachineView {
    const { state, exit } = this;
    const runnable = this.opened !== null || namesProgram(this);
    return {
      name: programName(this, this.opened),
      state,
      status: this.status(),
      failed: exit !== null && exit.code !== 0,
      runnable,
      progress: this.progress,
      where: this.where,
      error: this.failure,
      notice: this.notice,
      output:
        this.terminal || (this.failure && this.output.pieces.length === 0)
          ? null
          : { pieces: this.output.pieces, truncated: this.output.truncated },
      hint: this.hint(runnable),
      announcement: this.announcer.text,
      canStepBack: state === 'paused' && this.current?.canGoBack === true,
      picker: this.picker,
      dropping: this.drop.over,
    };
  }

  private status(): string {
    switch (this.state) {
      case 'idle':
        return 'not started';
      case 'loading':
        return this.progress ? `loading ${nameOf(this.progress)}` : 'loading';
      case 'paused':
        return this.unseen ? 'paused while out of sight' : 'paused';
      case 'exited':
        return describeExit(this.exit!);
      case 'error':
        return 'failed';
      default:
        return this.state;
    }
  }

  private hint(runnable: boolean): string {
    if (this.state === 'exited') return 'It printed nothing.';
    if (this.state !== 'idle') return '';
    if (runnable) return 'Its output appears here.';
    return this.noDrop ? '' : 'Drop an x86-64 Linux program here.';
  }
}

/** An ELF file, or a script. */
function isProgram(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46) || (a === 0x23 && b === 0x21);
}

declare global {
  interface HTMLElementTagNameMap {
    'ring3-machine': Ring3Machine;
  }
}
