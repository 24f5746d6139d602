import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { Terminal } from '@xterm/xterm';
import type { FitAddon } from '@xterm/addon-fit';
import { Ring3Machine } from './machine-element.js';
import { controls, tokens } from './styles.js';
import type { TerminalLink } from './terminal-link.js';

/** Keys that touch keyboards lack, and what they send. */
const touchKeys: readonly (readonly [label: string, name: string, keys: string])[] = [
  ['Esc', 'Escape', '\u001b'],
  ['Tab', 'Tab', '\t'],
  ['←', 'Arrow left', '\u001b[D'],
  ['↑', 'Arrow up', '\u001b[A'],
  ['↓', 'Arrow down', '\u001b[B'],
  ['→', 'Arrow right', '\u001b[C'],
];
/** Size before it is known how much room there is. */
const COLS = 80;
const ROWS = 24;

/**
 * A terminal for a <ring3-machine>: the one around it, or the one that `for` names. The emulator (xterm.js) is loaded when the element is on
 * a page.
 *
 * Keyboard: Tab goes to the program. Ctrl+Shift+Escape (or Escape twice within half a second) lets the next Tab leave the terminal.
 * Ctrl+Shift+C and Ctrl+Shift+V copy and paste, as does the browser's menu.
 *
 * @tag ring3-terminal
 * @csspart screen - what the terminal shows
 * @csspart keys - the bar of keys for touch screens
 * @csspart key - every key of the bar
 * @csspart hint - how to leave with the keyboard
 * @cssproperty --ring3-terminal-height - height where `rows` is not set
 */
export class Ring3Terminal extends LitElement implements TerminalLink {
  static override readonly styles = [
    tokens,
    controls,
    css`
      .screen {
        height: var(--ring3-terminal-height, 24em);
        padding: 8px;
        background: var(--_screen);
        overflow: hidden;
      }
      .keys {
        display: none;
        flex-wrap: wrap;
        gap: 6px;
        padding: 6px 8px;
        background: var(--_bg);
        border-top: 1px solid var(--_line);
      }
      @media (pointer: coarse) {
        .keys {
          display: flex;
        }
        .keys button {
          min-width: 44px;
          min-height: 44px;
        }
      }
      .keys[data-shown] {
        display: flex;
      }
      button[aria-pressed='true'] {
        color: var(--_on-accent);
        background: var(--_accent);
      }
      .hint {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
      }
    `,
  ];

  static override readonly properties: PropertyDeclarations = {
    for: { type: String },
    fontSize: { type: Number, attribute: 'font-size' },
    screenReader: { type: Boolean, attribute: 'screen-reader' },
    touchKeys: { type: Boolean, attribute: 'touch-keys' },
    theme: { type: String, reflect: true },
    control: { state: true },
    css: { state: true },
  };

  /** Id of the <ring3-machine> that it shows, in the same tree. Default: the one around it. */
  declare for: string | null;
  /** Pixels; default 14. */
  declare fontSize: number | null;
  /** Tells a screen reader what appears. */
  declare screenReader: boolean;
  /** Shows the bar of keys also where there is a keyboard. */
  declare touchKeys: boolean;
  declare theme: 'light' | 'dark' | null;
  /** @internal The bar's Ctrl holds for the next key. */
  declare control: boolean;
  /** @internal */
  declare css: string;

  private emulator: Terminal | null = null;
  private fit: FitAddon | null = null;
  private loading: Promise<void> | null = null;
  private detach: (() => void) | null = null;
  private machine: Ring3Machine | null = null;
  private resizes: ResizeObserver | null = null;
  /** The next Tab leaves. */
  private leaving = false;
  private lastEscape = 0;

  constructor() {
    super();
    this.for = null;
    this.fontSize = null;
    this.screenReader = false;
    this.touchKeys = false;
    this.theme = null;
    this.control = false;
    this.css = '';
  }

  get cols(): number {
    return this.emulator?.cols ?? COLS;
  }

  get rows(): number {
    return this.emulator?.rows ?? ROWS;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void customElements.whenDefined('ring3-machine').then(() => this.attach());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.detach?.();
    this.detach = null;
    this.machine = null;
    this.resizes?.disconnect();
    this.resizes = null;
  }

  private attach(): void {
    if (!this.isConnected || this.detach) return;
    const root = this.getRootNode() as Document | ShadowRoot;
    const machine = this.for === null ? this.closest('ring3-machine') : root.getElementById(this.for);
    if (!(machine instanceof Ring3Machine)) return;
    if (this.parentElement === machine) this.slot ||= 'terminal';
    this.machine = machine;
    this.detach = machine.attachTerminal(this);
  }

  protected override firstUpdated(): void {
    void this.load();
  }

  /** Resolves when the emulator is there. */
  get ready(): Promise<void> {
    return this.load();
  }

  private load(): Promise<void> {
    this.loading ??= this.updateComplete.then(async () => {
      const { loadXterm } = await import('./xterm.js');
      const { Terminal, FitAddon, WebLinksAddon, css: style } = await loadXterm();
      this.css = style;
      await this.updateComplete;
      const screen = this.renderRoot.querySelector<HTMLElement>('.screen')!;
      const colours = getComputedStyle(screen);
      const emulator = new Terminal({
        fontFamily: colours.getPropertyValue('--ring3-mono') || 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
        fontSize: this.fontSize ?? 14,
        screenReaderMode: this.screenReader,
        theme: { background: colours.getPropertyValue('--_screen').trim(), foreground: colours.getPropertyValue('--_screen-fg').trim() },
        scrollback: 5000,
      });
      this.fit = new FitAddon();
      emulator.loadAddon(this.fit);
      emulator.loadAddon(new WebLinksAddon());
      emulator.open(screen);
      emulator.attachCustomKeyEventHandler((event) => this.key(event));
      emulator.onData((data) => this.send(data));
      emulator.onBinary((data) => void this.machine?.write(Uint8Array.from(data, (char) => char.charCodeAt(0))));
      emulator.onResize(({ cols, rows }) => this.machine?.resizeTerminal(cols, rows));
      this.emulator = emulator;
      this.resizes = new ResizeObserver(() => this.fit?.fit());
      this.resizes.observe(screen);
      this.fit.fit();
    });
    return this.loading;
  }

  /** @internal Output of the program. */
  async write(data: Uint8Array): Promise<void> {
    await this.load();
    await new Promise<void>((resolve) => this.emulator!.write(data, resolve));
  }

  clear(): void {
    this.emulator?.reset();
  }

  /** The text on the screen and in the scroll-back. */
  get text(): string {
    const buffer = this.emulator?.buffer.active;
    if (!buffer) return '';
    const lines: string[] = [];
    for (let i = 0; i < buffer.length; i++) lines.push(buffer.getLine(i)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  }

  override focus(): void {
    if (this.emulator) this.emulator.focus();
    else void this.load().then(() => this.emulator?.focus());
  }

  /** What is typed, with the bar's Ctrl applied. */
  private send(data: string): void {
    const held = this.control;
    this.control = false;
    const code = data.length === 1 ? data.toUpperCase().charCodeAt(0) : 0;
    void this.machine?.write(held && code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : data);
  }

  /** false: the emulator leaves the key to the browser. */
  private key(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown') return true;
    if (event.key === 'Tab' && this.leaving) {
      this.leaving = false;
      return false;
    }
    this.leaving = false;
    if (event.key === 'Escape') {
      const twice = event.timeStamp - this.lastEscape < 500;
      this.lastEscape = event.timeStamp;
      this.leaving = twice || (event.ctrlKey && event.shiftKey);
      return !this.leaving;
    }
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyC' && this.emulator?.hasSelection()) {
      void navigator.clipboard?.writeText(this.emulator.getSelection());
      event.preventDefault();
      return false;
    }
    // The browser pastes into the emulator's text area by itself.
    return !(event.ctrlKey && event.shiftKey && event.code === 'KeyV');
  }

  private press(keys: string): void {
    this.send(keys);
    this.focus();
  }

  protected override render(): TemplateResult {
    return html`<style>
        ${this.css}
      </style>
      <div class="screen" part="screen" role="group" aria-label="terminal" aria-describedby="hint"></div>
      <span class="hint" part="hint" id="hint">Tab goes to the program. Press Escape twice, then Tab, to leave the terminal.</span>
      <div class="keys" part="keys" role="toolbar" aria-label="keys" ?data-shown=${this.touchKeys}>
        ${touchKeys.map(([label, name, keys]) => html`<button part="key" aria-label=${name} @click=${() => this.press(keys)}>${label}</button>`)}
        <button
          part="key"
          aria-pressed=${this.control}
          @click=${() => {
            this.control = !this.control;
            this.focus();
          }}
        >
          Ctrl
        </button>
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ring3-terminal': Ring3Terminal;
  }
}
