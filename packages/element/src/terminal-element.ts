import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { MachineError } from '@ring3/machine';
import { Ring3Machine } from './machine-element.js';
import { controls, tokens } from './styles.js';
import type { TerminalLink } from './terminal-link.js';
import { terminalStyles } from './terminal-styles.js';
import { MINIMUM_CONTRAST, readTheme } from './terminal-theme.js';
import { type TouchKey, touchKeys, touchSequence, withControl } from './touch-keys.js';
import type { Emulator } from './xterm.js';

/** Size where there is no room to measure: not yet loaded, or hidden. */
const COLS = 80;
const ROWS = 24;
/** Limits of the emulator and of what a program expects. */
const MAX_CELLS = 1000;
const SCROLLBACK_LINES = 5000;
/** Bytes that the emulator may still have to read before a program has to wait: it reads them in pieces, with pauses for the page. */
const WRITE_AHEAD = 128 * 1024;
/** Between the two Escapes that let the next Tab leave. */
const TWICE_MS = 1000;

const LEAVE = 'Tab goes to the program. To leave the terminal press Escape twice, then Tab.';

/**
 * A terminal for a `<ring3-machine>`: the one around it, or the one that `for` names. The program that the machine runs next has it as its
 * controlling terminal. The emulator (xterm.js) is loaded when the element comes into view, or when a program needs it.
 *
 * Keyboard: all keys go to the program, Tab too. To leave, press Escape twice, then Tab (or Shift+Tab): the element says so when the
 * keyboard brings the focus into it. Ctrl+Shift+C and Ctrl+Shift+V copy and paste, as do the browser's menu, Ctrl+Insert and Shift+Insert.
 * A screen reader finds a button before the terminal that turns its reading on.
 *
 * ```html
 * <ring3-machine root="images/base/" program="/bin/bash" env="TERM=xterm-256color LANG=C.UTF-8">
 *   <ring3-terminal></ring3-terminal>
 * </ring3-machine>
 * <ring3-terminal for="other" cols="80" rows="25"></ring3-terminal>
 * ```
 *
 * @tag ring3-terminal
 * @attr {number} cols - columns; default: as many as there is room for
 * @attr {number} rows - lines; default: as many as there is room for
 * @csspart screen - what the terminal shows
 * @csspart hint - how to leave with the keyboard
 * @csspart screen-reader - the button for screen readers, seen when it has the focus
 * @csspart keys - the bar of keys for touch screens
 * @csspart key - every key of the bar
 * @csspart error - why the emulator could not be loaded
 * @cssproperty --ring3-terminal-height - height where `rows` is not set
 * @cssproperty --ring3-screen-background - behind the text; where it is light, the default palette is one for light screens
 * @cssproperty --ring3-screen-color - of the text
 * @cssproperty --ring3-cursor - of the cursor
 * @cssproperty --ring3-selection - behind what is selected
 * @cssproperty --ring3-ansi-black - as all sixteen: -red, -green, … -white, -bright-black, … -bright-white
 * @cssproperty --ring3-mono - family of the text
 */
export class Ring3Terminal extends LitElement implements TerminalLink {
  static override readonly styles = [tokens, controls, terminalStyles];

  static override readonly properties: PropertyDeclarations = {
    for: { type: String },
    cols: { type: Number, noAccessor: true },
    rows: { type: Number, noAccessor: true },
    fontSize: { type: Number, attribute: 'font-size' },
    screenReader: { type: Boolean, attribute: 'screen-reader', reflect: true },
    touchKeys: { type: Boolean, attribute: 'touch-keys' },
    theme: { type: String, reflect: true },
    control: { state: true },
    css: { state: true },
    failure: { state: true },
    hint: { state: true },
  };

  /** Id of the `<ring3-machine>` that it shows, in the same tree. Default: the one around it. */
  declare for: string | null;
  /** Pixels; default 14. */
  declare fontSize: number | null;
  /** Tells a screen reader what appears. */
  declare screenReader: boolean;
  /** Shows the bar of keys also where there is a keyboard. */
  declare touchKeys: boolean;
  /** light, dark; default: the machine's, else as the reader prefers. */
  declare theme: 'light' | 'dark' | null;
  /** @internal The bar's Ctrl holds for the next key. */
  declare control: boolean;
  /** @internal */
  declare css: string;
  /** @internal */
  declare failure: string | null;
  /** @internal What is shown of the keyboard: nothing, how to leave, or that the next Tab leaves. */
  declare hint: 'none' | 'how' | 'leaving';

  private emulator: Emulator | null = null;
  private loading: Promise<void> | null = null;
  private detach: (() => void) | null = null;
  private machine: Ring3Machine | null = null;
  private resizes: ResizeObserver | null = null;
  private sight: IntersectionObserver | null = null;
  /** Waits for the machine that `for` names, and sees its theme change. */
  private changes: MutationObserver | null = null;
  private fixed: { cols: number | null; rows: number | null } = { cols: null, rows: null };
  private fitting = 0;
  /** Bytes that the emulator has not read yet, and who waits for that. */
  private ahead = 0;
  private readonly waiting: (() => void)[] = [];
  private disposal: ReturnType<typeof setTimeout> | undefined;
  private lastEscape = Number.NEGATIVE_INFINITY;
  /** When the focus was last brought here by something else than the keyboard. */
  private lastBrought = Number.NEGATIVE_INFINITY;
  /** The theme is the machine's: the page has chosen none for the terminal. */
  private inherited = true;

  constructor() {
    super();
    this.for = null;
    this.fontSize = null;
    this.screenReader = false;
    this.touchKeys = false;
    this.theme = null;
    this.control = false;
    this.css = '';
    this.failure = null;
    this.hint = 'none';
  }

  /** Columns that it has. Set: as many always; null: as many as there is room for. */
  get cols(): number {
    return this.emulator?.terminal.cols ?? this.fixed.cols ?? COLS;
  }

  set cols(value: number | null) {
    this.fixed.cols = cells(value);
    this.requestUpdate();
    this.scheduleFit();
  }

  /** Lines that it has. Set: as many always; null: as many as there is room for. */
  get rows(): number {
    return this.emulator?.terminal.rows ?? this.fixed.rows ?? ROWS;
  }

  set rows(value: number | null) {
    this.fixed.rows = cells(value);
    this.requestUpdate();
    this.scheduleFit();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A move within the page disconnects and connects again at once: what it shows stays.
    clearTimeout(this.disposal);
    if (this.hasUpdated) this.watch();
    else this.inherited = this.theme === null;
    // At once where that is possible: a machine that starts by itself asks in its first update whether it has a terminal.
    if (customElements.get('ring3-machine')) this.attach();
    else void customElements.whenDefined('ring3-machine').then(() => this.attach());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.release();
    this.resizes?.disconnect();
    this.sight?.disconnect();
    cancelAnimationFrame(this.fitting);
    this.disposal = setTimeout(() => this.dispose(), 0);
  }

  protected override firstUpdated(): void {
    this.watch();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('for') && this.hasUpdated && this.isConnected && (this.detach || this.changes)) {
      this.release();
      this.attach();
    }
    if (!this.emulator) return;
    const { options } = this.emulator.terminal;
    if (changed.has('screenReader')) options.screenReaderMode = this.screenReader;
    if (changed.has('fontSize')) {
      options.fontSize = this.fontSize ?? 14;
      this.scheduleFit();
    }
    if (changed.has('theme')) this.applyTheme();
  }

  /** Loads when it is seen, and follows the room that it has. */
  private watch(): void {
    const screen = this.renderRoot.querySelector('.screen')!;
    this.resizes ??= new ResizeObserver(() => this.scheduleFit());
    this.resizes.observe(screen);
    this.sight ??= new IntersectionObserver(
      (entries) => {
        // What went wrong is shown, and told to the program's start, which asks again.
        if (entries.some((entry) => entry.isIntersecting)) this.load().catch(() => {});
      },
      { rootMargin: '200px' },
    );
    this.sight.observe(screen);
  }

  private attach(): void {
    if (!this.isConnected || this.detach) return;
    const root = this.getRootNode() as Document | ShadowRoot;
    const machine = this.for === null ? this.closest('ring3-machine') : root.getElementById(this.for);
    this.changes ??= new MutationObserver(() => (this.machine ? this.inheritTheme() : this.attach()));
    if (!(machine instanceof Ring3Machine)) {
      if (this.for !== null) this.changes.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['id'] });
      return;
    }
    this.changes.disconnect();
    this.changes.observe(machine, { attributes: true, attributeFilter: ['theme'] });
    if (this.parentElement === machine) this.slot ||= 'terminal';
    this.machine = machine;
    this.detach = machine.attachTerminal(this);
    this.inheritTheme();
    // A program that starts at once needs it before it is seen.
    if (machine.autorun) this.load().catch(() => {});
  }

  private release(): void {
    this.changes?.disconnect();
    this.changes = null;
    this.detach?.();
    this.detach = null;
    this.machine = null;
  }

  private inheritTheme(): void {
    if (this.inherited) this.theme = this.machine?.theme ?? null;
  }

  /** Resolves when the emulator is there. @throws MachineError fetch-failed */
  get ready(): Promise<void> {
    return this.load();
  }

  private load(): Promise<void> {
    this.loading ??= this.open().then(
      () => {
        this.failure = null;
      },
      (error: unknown) => {
        // The next program tries again.
        this.loading = null;
        this.failure = `The terminal could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
        throw new MachineError('fetch-failed', this.failure);
      },
    );
    return this.loading;
  }

  private async open(): Promise<void> {
    await this.updateComplete;
    const { createEmulator, xtermCss } = await import('./xterm.js');
    this.css = xtermCss;
    await this.updateComplete;
    const screen = this.renderRoot.querySelector<HTMLElement>('.screen')!;
    const style = getComputedStyle(screen);
    const emulator = createEmulator(
      {
        cols: this.cols,
        rows: this.rows,
        fontFamily: style.getPropertyValue('--_mono') || 'monospace',
        fontSize: this.fontSize ?? 14,
        // The bare height of a font cuts its underscores off.
        lineHeight: 1.1,
        screenReaderMode: this.screenReader,
        theme: readTheme(style),
        minimumContrastRatio: MINIMUM_CONTRAST,
        scrollback: SCROLLBACK_LINES,
      },
      (url) => (url === null ? screen.removeAttribute('title') : screen.setAttribute('title', url)),
    );
    const { terminal } = emulator;
    terminal.open(screen);
    const input = terminal.textarea!;
    input.setAttribute('aria-label', 'terminal');
    input.setAttribute('aria-describedby', 'hint');
    terminal.attachCustomKeyEventHandler((event) => this.key(event));
    terminal.onData((data) => this.send(data));
    terminal.onBinary((data) => this.give(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    terminal.onResize(({ cols, rows }) => this.machine?.resizeTerminal(cols, rows));
    this.emulator = emulator;
    this.fit();
  }

  private dispose(): void {
    if (this.isConnected) return;
    this.emulator?.terminal.dispose();
    this.emulator = null;
    this.loading = null;
    // What it had not read, it never will.
    this.ahead = 0;
    for (const go of this.waiting.splice(0)) go();
  }

  /** As many cells as there is room for, or as are asked for. */
  private fit(): void {
    if (!this.emulator) return;
    const { terminal, fit } = this.emulator;
    const room = fit.proposeDimensions();
    const known = (cellCount: number | undefined): number | null =>
      cellCount !== undefined && Number.isFinite(cellCount) ? Math.min(cellCount, MAX_CELLS) : null;
    const hidden = !this.renderRoot.querySelector('.screen')?.clientWidth;
    const cols = this.fixed.cols ?? (hidden ? null : known(room?.cols)) ?? terminal.cols;
    const rows = this.fixed.rows ?? (hidden ? null : known(room?.rows)) ?? terminal.rows;
    if (cols !== terminal.cols || rows !== terminal.rows) terminal.resize(cols, rows);
  }

  private scheduleFit(): void {
    cancelAnimationFrame(this.fitting);
    this.fitting = requestAnimationFrame(() => this.fit());
  }

  private applyTheme(): void {
    const screen = this.renderRoot.querySelector('.screen');
    if (this.emulator && screen) this.emulator.terminal.options.theme = readTheme(getComputedStyle(screen));
  }

  /** @internal Output of the program; resolves when there is room for more. */
  async write(data: Uint8Array): Promise<void> {
    // Removed from the page, it shows nothing; the program goes on.
    if (!this.isConnected) return;
    await this.load();
    const { emulator } = this;
    if (!emulator) return;
    this.ahead += data.length;
    emulator.terminal.write(data, () => {
      if (this.emulator !== emulator) return;
      this.ahead -= data.length;
      if (this.ahead < WRITE_AHEAD) for (const go of this.waiting.splice(0)) go();
    });
    if (this.ahead >= WRITE_AHEAD) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Resolves when all that was written is on the screen. */
  async flush(): Promise<void> {
    const terminal = this.emulator?.terminal;
    if (terminal) await new Promise<void>((resolve) => terminal.write('', resolve));
  }

  /** Empties it, with its scroll-back and modes. */
  clear(): void {
    // RIS, after what was written before: that may still be on its way through the emulator.
    this.emulator?.terminal.write('\u001bc');
  }

  /** The text of the screen and of what has scrolled out of it, lines that were too long in one piece. */
  get text(): string {
    const buffer = this.emulator?.terminal.buffer.active;
    if (!buffer) return '';
    const lines: string[] = [];
    for (let i = 0; i < buffer.length; i++) {
      const line = buffer.getLine(i)!;
      const text = line.translateToString(!buffer.getLine(i + 1)?.isWrapped);
      if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines.join('\n').trimEnd();
  }

  /** What is selected; '' for nothing. */
  get selection(): string {
    return this.emulator?.terminal.getSelection() ?? '';
  }

  /** Gives the program text as if it were pasted: bracketed where the program has asked for that. */
  paste(text: string): void {
    this.emulator?.terminal.paste(text);
  }

  override focus(options?: FocusOptions): void {
    const focus = (): void => {
      this.lastBrought = performance.now();
      this.emulator?.terminal.textarea?.focus(options);
    };
    if (this.emulator) focus();
    else this.load().then(focus, () => {});
  }

  override blur(): void {
    this.emulator?.terminal.blur();
  }

  /** What is typed, with the bar's Ctrl applied. */
  private send(data: string): void {
    const held = this.control;
    this.control = false;
    this.give(held ? withControl(data) : data);
  }

  private give(data: string | Uint8Array): void {
    // A machine that has just ended takes no more.
    this.machine?.write(data).catch(() => {});
  }

  /** false: the emulator leaves the key to the browser. */
  private key(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    if (event.key === 'Tab' && this.hint === 'leaving') {
      this.hint = 'none';
      return false;
    }
    if (event.key === 'Escape') {
      this.hint = event.timeStamp - this.lastEscape < TWICE_MS ? 'leaving' : 'none';
      this.lastEscape = event.timeStamp;
      return true;
    }
    if (event.key === 'Shift') return true;
    this.hint = 'none';
    this.lastEscape = Number.NEGATIVE_INFINITY;
    if (!event.ctrlKey || !event.shiftKey) return true;
    if (event.code === 'KeyC') {
      event.preventDefault();
      this.copy();
      return false;
    }
    // The browser pastes into the emulator's text area by itself.
    return event.code !== 'KeyV';
  }

  /** Copies what is selected. Pages without a secure context have the browser's older way only. */
  private copy(): void {
    if (this.selection === '') return;
    const older = (): void => void document.execCommand('copy');
    if (navigator.clipboard) navigator.clipboard.writeText(this.selection).catch(older);
    else older();
  }

  private press(key: TouchKey): void {
    this.give(touchSequence(key, this.control, this.emulator?.terminal.modes.applicationCursorKeysMode ?? false));
    this.control = false;
  }

  private readonly focused = (event: FocusEvent): void => {
    if (event.timeStamp - this.lastBrought > 500 && (event.target as Element).matches('textarea')) this.hint = 'how';
  };

  protected override render(): TemplateResult {
    const { hint, failure } = this;
    const shown = hint !== 'none';
    return html`<style>
        ${this.css}
      </style>
      <div
        class="view"
        @focusin=${this.focused}
        @focusout=${() => (this.hint = 'none')}
        @pointerdown=${(event: PointerEvent) => (this.lastBrought = event.timeStamp)}
      >
        <button
          class="note"
          part="screen-reader"
          aria-pressed=${this.screenReader}
          @click=${() => {
            this.screenReader = !this.screenReader;
          }}
        >
          Screen reader mode
        </button>
        <div
          class="screen"
          part="screen"
          role="group"
          aria-label="terminal"
          ?data-cols=${this.fixed.cols !== null}
          ?data-rows=${this.fixed.rows !== null}
          @transitionend=${() => this.applyTheme()}
        ></div>
        <span class="note hint" part="hint" id="hint" aria-live="polite" ?data-shown=${shown}>
          ${hint === 'leaving' ? 'Tab leaves the terminal now.' : LEAVE}
        </span>
      </div>
      ${failure === null ? nothing : html`<p class="failure" part="error" role="alert">${failure}</p>`}
      <div
        class="keys"
        part="keys"
        role="group"
        aria-label="keys"
        ?data-shown=${this.touchKeys}
        @mousedown=${
          // The terminal keeps the focus, and a touch screen its keyboard.
          (event: MouseEvent) => event.preventDefault()
        }
      >
        ${touchKeys.slice(0, 2).map((key) => this.button(key))}
        <button part="key" aria-pressed=${this.control} @click=${() => (this.control = !this.control)}>Ctrl</button>
        ${touchKeys.slice(2).map((key) => this.button(key))}
      </div>`;
  }

  private button(key: TouchKey): TemplateResult {
    return html`<button part="key" aria-label=${key.name} @click=${() => this.press(key)}>${key.label}</button>`;
  }
}

/** null: not a number of cells. */
function cells(value: number | null): number | null {
  return value !== null && Number.isInteger(value) && value >= 1 ? Math.min(value, MAX_CELLS) : null;
}

declare global {
  interface HTMLElementTagNameMap {
    'ring3-terminal': Ring3Terminal;
  }
}
