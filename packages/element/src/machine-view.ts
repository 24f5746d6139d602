import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Progress } from '@ring3/machine';
import type { MachineElementState } from './events.js';
import { icon } from './icons.js';
import type { OutputPiece } from './output-text.js';
import type { StopText } from './stop-text.js';

/** Everything that a <ring3-machine> shows. */
export interface MachineView {
  name: string;
  state: MachineElementState;
  /** The state in words, for eyes and for screen readers. */
  status: string;
  /** It ended otherwise than with status 0. */
  failed: boolean;
  runnable: boolean;
  progress: Progress | null;
  where: StopText | null;
  error: { message: string; help: string } | null;
  notice: string | null;
  /** null: a terminal shows it. */
  output: { pieces: readonly OutputPiece[]; truncated: boolean } | null;
  hint: string;
  /** What screen readers are told of the output. */
  announcement: string;
  canStepBack: boolean;
  picker: boolean;
  dropping: boolean;
}

export interface MachineActions {
  primary(): void;
  stop(): void;
  step(): void;
  back(): void;
  pick(): void;
  picked(event: Event): void;
}

const primaryLabels: Readonly<Record<MachineElementState, string>> = {
  idle: 'Run',
  loading: 'Run',
  running: 'Pause',
  paused: 'Continue',
  exited: 'Run again',
  error: 'Run again',
};

export function renderMachine(view: MachineView, actions: MachineActions): TemplateResult {
  const { state } = view;
  return html`<div
    class="frame"
    part="frame"
    role="group"
    aria-label=${`Ring3: ${view.name}`}
    data-state=${state}
    ?data-failed=${view.failed}
  >
    <div class="head" part="head">
      <div class="name">
        <span class="title" part="title"><slot name="title">${view.name}</slot></span>
        <span class="status" part="status">${view.status}</span>
      </div>
      <div class="buttons" part="buttons">${buttons(view, actions)}<slot name="actions"></slot></div>
    </div>
    ${bar(view)} ${error(view)} ${view.notice === null ? nothing : html`<p class="notice" part="notice" role="status">${view.notice}</p>`}
    ${where(view)}
    <slot name="terminal"></slot>
    ${output(view)}
    <slot name="footer"></slot>
    <div class="visually-hidden" role="status">${spoken(view)}</div>
    <div class="visually-hidden" aria-live="polite">${view.announcement}</div>
    ${view.dropping ? html`<div class="drop" part="drop" aria-hidden="true">Drop a program to run it, or files for the guest</div>` : nothing}
  </div>`;
}

function buttons({ state, runnable, canStepBack, picker }: MachineView, actions: MachineActions): TemplateResult {
  const idle = state === 'loading' || (!runnable && state !== 'running' && state !== 'paused');
  const active = state === 'loading' || state === 'running' || state === 'paused';
  return html`${
      picker
        ? html`<button part="button open-button" type="button" @click=${actions.pick}>${icon('open')}Open…</button>
            <input class="visually-hidden" type="file" multiple tabindex="-1" aria-label="Program and files" @change=${actions.picked} />`
        : nothing
    }${canStepBack ? html`<button part="button back-button" type="button" @click=${actions.back}>${icon('back')}Back</button>` : nothing}${
      state === 'paused'
        ? html`<button part="button step-button" type="button" @click=${actions.step}>${icon('step')}Step</button>`
        : nothing
    }${active ? html`<button part="button stop-button" type="button" @click=${actions.stop}>${icon('stop')}Stop</button>` : nothing}<button
      part="button primary-button"
      type="button"
      class=${state === 'running' ? '' : 'primary'}
      id="primary"
      aria-disabled=${idle}
      @click=${() => {
        if (!idle) actions.primary();
      }}
    >
      ${icon(state === 'running' ? 'pause' : 'run')}${primaryLabels[state]}
    </button>`;
}

/** How far loading is: a line below the head, which is there always so that nothing moves. */
function bar({ state, progress }: MachineView): TemplateResult {
  if (state !== 'loading') return html`<div class="bar"><div></div></div>`;
  const label = progress ? `loading ${nameOf(progress)}` : 'loading';
  if (!progress?.total) return html`<div class="bar" part="progress" data-unknown role="progressbar" aria-label=${label}><div></div></div>`;
  const part = Math.min(1, progress.loaded / progress.total);
  return html`<div
    class="bar"
    part="progress"
    role="progressbar"
    aria-label=${label}
    aria-valuenow=${Math.round(100 * part)}
    aria-valuemin="0"
    aria-valuemax="100"
  >
    <div .style=${`transform: scaleX(${part})`}></div>
  </div>`;
}

export function nameOf({ file, phase }: Progress): string {
  return file.split('/').findLast((name) => name !== '') ?? phase;
}

function error({ error: shown }: MachineView): TemplateResult | typeof nothing {
  if (!shown) return nothing;
  return html`<p class="error" part="error" role="alert">
    <strong>${shown.message}</strong>${shown.help ? html` <span class="help" part="help">${shown.help}</span>` : nothing}
  </p>`;
}

function where({ where: shown }: MachineView): TemplateResult | typeof nothing {
  if (!shown) return nothing;
  return html`<p class="where" part="where">Paused ${shown.reason}: <code>${shown.place}</code> <small>${shown.instructions}</small></p>`;
}

function output({ output: shown, name, hint }: MachineView): TemplateResult | typeof nothing {
  if (!shown) return nothing;
  const { pieces, truncated } = shown;
  // Not live by itself: a program prints faster than anybody listens. Text nodes without blanks around them: it is preformatted.
  return html`<pre class="output" part="output" tabindex="0" role="log" aria-live="off" aria-label=${`output of ${name}`} dir="ltr">
${truncated ? html`<span class="hint">… earlier output is not shown … </span>` : nothing}${
  pieces.length === 0
    ? html`<span class="hint" part="hint">${hint}</span>`
    : repeat(
        pieces,
        ({ id }) => id,
        ({ stream, text }) =>
          html`<span class=${stream === 1 ? 'stdout' : 'stderr'} part=${stream === 1 ? 'stdout' : 'stderr'}>${text}</span>`,
      )
}</pre>`;
}

function spoken({ state, status, where: shown }: MachineView): string {
  if (state === 'loading') return 'loading';
  return shown ? `paused ${shown.reason}: ${shown.place}` : status;
}
