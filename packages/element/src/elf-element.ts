import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { elfStyles } from './elf-styles.js';
import type { ByteKind, ElfModel, ElfPlace, ElfTab } from './elf-types.js';
import { dispatch } from './events.js';
import { FileDropController } from './file-drop.js';
import { controls, tokens } from './styles.js';

type View = typeof import('./elf-view.js');

const elfTabs: readonly ElfTab[] = ['header', 'segments', 'sections', 'symbols'];
const tabNames: Readonly<Record<ElfTab, string>> = { header: 'Header', segments: 'Segments', sections: 'Sections', symbols: 'Symbols' };

const legend: readonly (readonly [ByteKind, string])[] = [
  ['header', 'ELF header'],
  ['segment-header', 'program headers'],
  ['section-header', 'section headers'],
  ['code', 'code'],
  ['constants', 'constants'],
  ['data', 'data'],
  ['tables', 'tables for linkers'],
  ['other', 'other'],
];

/**
 * Shows an ELF file: its header, segments, sections and symbols beside its bytes. What is chosen in one is marked in the other.
 *
 * ```html
 * <ring3-elf src="hello"></ring3-elf>
 * ```
 *
 * Without `src` a file can be dropped or picked. The reader of ELF files is loaded with the first file.
 *
 * @tag ring3-elf
 * @slot - shown only where there is no JavaScript
 * @csspart frame - the whole
 * @csspart head - name, kind of file and the button
 * @csspart button - the button that picks a file
 * @csspart tab - each tab
 * @csspart place - each button that marks bytes
 * @csspart hex - the bytes
 * @csspart where - what the chosen bytes are, in words
 * @csspart error - what went wrong
 * @cssproperty --ring3-elf-height - height of tables and bytes
 * @fires ring3-select - label, start, size: something has been chosen
 * @fires ring3-error - id, message, help, fatal
 */
export class Ring3Elf extends LitElement {
  static override readonly styles = [tokens, controls, elfStyles];

  static override readonly properties: PropertyDeclarations = {
    src: { type: String, reflect: true },
    theme: { type: String, reflect: true },
    model: { state: true },
    failure: { state: true },
    loading: { state: true },
    tab: { state: true },
    chosen: { state: true },
    open: { state: true },
    filter: { state: true },
    cursor: { state: true },
    scrolled: { state: true },
    height: { state: true },
  };

  /** URL of the file. */
  declare src: string | null;
  /** light, dark; default: as the reader prefers. */
  declare theme: 'light' | 'dark' | null;
  declare private model: ElfModel | null;
  declare private failure: string | null;
  declare private loading: boolean;
  declare private tab: ElfTab;
  declare private chosen: ElfPlace | null;
  /** The segment or section whose fields are shown. */
  declare private open: string | null;
  declare private filter: string;
  declare private cursor: number;
  declare private scrolled: number;
  declare private height: number;
  private name = '';
  /** Counts files, so that a slow one does not replace a later one. */
  private turn = 0;
  private resizing: ResizeObserver | null = null;
  private readonly drop = new FileDropController(
    this,
    () => true,
    ([file]) => void this.showFile(file),
  );

  constructor() {
    super();
    this.src = this.theme = null;
    this.tab = 'header';
    this.loading = false;
    this.height = 480;
    this.show(null);
    this.failure = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing?.disconnect();
    this.resizing = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src') && this.src !== null) void this.fetchFile(this.src);
  }

  protected override updated(): void {
    const hex = this.hex;
    if (hex && !this.resizing) {
      this.resizing = new ResizeObserver(() => (this.height = hex.clientHeight));
      this.resizing.observe(hex);
    }
    if (hex && hex.scrollTop !== this.scrolled) hex.scrollTop = this.scrolled;
  }

  private get hex(): HTMLElement | null {
    return this.renderRoot?.querySelector<HTMLElement>('.hex') ?? null;
  }

  private async fetchFile(src: string): Promise<void> {
    const turn = ++this.turn;
    this.loading = true;
    try {
      const response = await fetch(new URL(src, this.baseURI));
      if (!response.ok) throw new Error(`${src}: the server answers ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (turn === this.turn) await this.showBytes(src.split('/').at(-1) || src, bytes);
    } catch (error) {
      if (turn === this.turn)
        this.fail('fetch-failed', (error as Error).message, 'Is the URL right, and does its server allow this page to read it (CORS)?');
    }
  }

  /** Shows a file whose bytes are at hand. Resolves when it is shown, or what is wrong with it. */
  async showBytes(name: string, bytes: Uint8Array): Promise<void> {
    const turn = ++this.turn;
    this.loading = true;
    const { openElf, ElfError } = await this.loadView();
    if (turn !== this.turn) return;
    try {
      this.name = name;
      this.show(openElf(bytes));
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
      this.fail('file-error', `${name}: ${error.message}`, 'Choose an ELF file: a Linux program, library or object file.');
    }
    await this.updateComplete;
  }

  /** Tables, bytes and the reader of ELF files, once for each element. */
  private async loadView(): Promise<View> {
    const view = await import('./elf-view.js');
    if (this.view) return view;
    view.useLit({ html, nothing });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(view.elfViewStyles);
    await this.updateComplete;
    this.shadowRoot?.adoptedStyleSheets.push(sheet);
    this.view = view;
    return view;
  }

  private view: View | null = null;

  private async showFile(file: File | undefined): Promise<void> {
    if (file) await this.showBytes(file.name, new Uint8Array(await file.arrayBuffer()));
  }

  private show(model: ElfModel | null): void {
    this.model = model;
    this.failure = this.chosen = this.open = null;
    this.loading = false;
    this.filter = '';
    this.cursor = this.scrolled = 0;
  }

  private fail(id: 'fetch-failed' | 'file-error', message: string, help: string): void {
    this.show(null);
    this.failure = `${message}. ${help}`;
    dispatch(this, 'ring3-error', { id, message, help, fatal: true });
  }

  /** Chooses a range of bytes: they are marked and scrolled to. */
  private choose(place: ElfPlace): void {
    this.chosen = place;
    this.cursor = place.start;
    this.reveal(place.start);
    const { label, start, size } = place;
    dispatch(this, 'ring3-select', { label, start, size });
  }

  /** The other way round: the smallest thing that a byte is part of, shown in its table. */
  private chooseByte(offset: number): void {
    const { model, view } = this;
    const place = model?.at(offset);
    this.cursor = offset;
    if (!model || !view || !place) return;
    this.tab = view.tabOf(model, place);
    const owner = [...model.segments, ...model.sections].find(({ fields }) => fields.some((field) => field === place));
    if (owner) this.open = owner.label;
    if (this.tab === 'symbols') this.filter = place.label.startsWith('(') ? '' : place.label;
    this.choose(place);
    this.cursor = offset;
    void this.updateComplete.then(() => this.renderRoot.querySelector('tr.chosen')?.scrollIntoView({ block: 'nearest' }));
  }

  private reveal(offset: number): void {
    const { model, height, view } = this;
    if (model && view) this.scrolled = view.scrollFor({ model, height, scrollTop: this.scrolled }, offset);
  }

  private onHexKey(event: KeyboardEvent): void {
    const { model, view } = this;
    if (!model || !view || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') this.chooseByte(this.cursor);
    else {
      const to = view.moved(this.cursor, event, model.bytes.length, view.rowsSeen(this.height));
      if (to === null) return;
      this.cursor = to;
      this.reveal(to);
    }
    event.preventDefault();
  }

  private onTabKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    this.tab = elfTabs[(elfTabs.indexOf(this.tab) + step + elfTabs.length) % elfTabs.length]!;
    event.preventDefault();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus());
  }

  private get where(): string {
    const { model, cursor, chosen } = this;
    if (!model || model.bytes.length === 0) return '';
    const place = chosen && cursor >= chosen.start && cursor < chosen.start + chosen.size ? chosen : model.at(cursor);
    const at = `0x${cursor.toString(16)}: `;
    if (!place) return `${at}padding`;
    const field = 'text' in place ? `${(place as { of?: string }).of}, ${place.label} = ${(place as { text?: string }).text}` : place.label;
    return `${at}${field} (${place.size} bytes from 0x${place.start.toString(16)})`;
  }

  protected override render(): TemplateResult {
    const { model, view } = this;
    return html`<section class=${this.drop.over ? 'frame over' : 'frame'} part="frame" aria-label=${`ELF file ${this.name}`}>
      <header part="head">
        <span class="title">${this.name || 'ELF file'}</span>
        <span class="summary" role="status"
          >${this.loading ? 'loading' : model ? `${model.summary}, ${model.bytes.length} bytes` : ''}</span
        >
        <button part="button" @click=${() => this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')!.click()}>
          Choose a file
        </button>
        <input type="file" hidden @change=${(event: Event) => void this.showFile((event.target as HTMLInputElement).files?.[0])} />
      </header>
      ${this.failure === null ? nothing : html`<p class="error" part="error" role="alert">${this.failure}</p>`}
      ${model && view ? this.renderModel(model, view) : html`<p class="empty">${this.loading ? 'Loading' : 'Drop a Linux program, library or object file here.'}</p>`}
    </section>`;
  }

  private renderModel(model: ElfModel, view: View): TemplateResult {
    return html`<div class="panes">
        <div class="facts">
          <div role="tablist" aria-label="Parts of the file" @keydown=${(event: KeyboardEvent) => this.onTabKey(event)}>
            ${elfTabs.map(
              (tab) =>
                html`<button
                  role="tab"
                  part="tab"
                  id=${`tab-${tab}`}
                  aria-selected=${tab === this.tab}
                  aria-controls="facts"
                  tabindex=${tab === this.tab ? 0 : -1}
                  @click=${() => (this.tab = tab)}
                >
                  ${tabNames[tab]}
                </button>`,
            )}
          </div>
          <div role="tabpanel" id="facts" tabindex="0" aria-labelledby=${`tab-${this.tab}`}>
            ${view.elfTable(this.tab, {
              model,
              chosen: this.chosen,
              open: this.open,
              filter: this.filter,
              choose: (place) => this.choose(place),
              toggle: (label) => (this.open = this.open === label ? null : label),
              search: (text) => (this.filter = text),
            })}
          </div>
        </div>
        <div
          class="hex"
          part="hex"
          role="grid"
          tabindex="0"
          aria-label="Bytes of the file"
          aria-describedby="where"
          aria-activedescendant="cursor"
          aria-rowcount=${Math.ceil(model.bytes.length / 16)}
          aria-readonly="true"
          @scroll=${(event: Event) => (this.scrolled = (event.target as HTMLElement).scrollTop)}
          @keydown=${(event: KeyboardEvent) => this.onHexKey(event)}
        >
          ${view.hexRows({
            model,
            scrollTop: this.scrolled,
            height: this.height,
            cursor: this.cursor,
            chosen: this.chosen,
            choose: (offset) => this.chooseByte(offset),
          })}
        </div>
      </div>
      <footer>
        <span class="where" id="where" part="where" role="status">${this.where}</span>
        ${legend.map(([kind, name]) => html`<span><span class="swatch k-${kind}"></span>${name}</span>`)}
        ${model.warnings.map((warning) => html`<span class="error">${warning}</span>`)}
      </footer>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ring3-elf': Ring3Elf;
  }
}
