import { css } from 'lit';

/** Colours and sizes that a page may set; light and dark by what the reader prefers, or by `theme`. */
export const tokens = css`
  :host {
    --_bg: var(--ring3-background, #ffffff);
    --_fg: var(--ring3-color, #1b1f24);
    --_muted: var(--ring3-muted, #57606a);
    --_line: var(--ring3-border, #d0d7de);
    --_accent: var(--ring3-accent, #0b57d0);
    --_on-accent: var(--ring3-on-accent, #ffffff);
    --_bad: var(--ring3-error, #b3261e);
    --_screen: var(--ring3-screen-background, #0d1117);
    --_screen-fg: var(--ring3-screen-color, #e6edf3);
    --_font: var(--ring3-font, system-ui, sans-serif);
    --_mono: var(--ring3-mono, ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace);
    --_radius: var(--ring3-radius, 8px);
    display: block;
    color: var(--_fg);
    font: 14px/1.45 var(--_font);
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  @media (prefers-color-scheme: dark) {
    :host(:not([theme='light'])) {
      --_bg: var(--ring3-background, #161b22);
      --_fg: var(--ring3-color, #e6edf3);
      --_muted: var(--ring3-muted, #9198a1);
      --_line: var(--ring3-border, #3d444d);
      --_accent: var(--ring3-accent, #8ab4f8);
      --_on-accent: var(--ring3-on-accent, #0d1117);
      --_bad: var(--ring3-error, #ff8a80);
    }
  }
  :host([theme='dark']) {
    --_bg: var(--ring3-background, #161b22);
    --_fg: var(--ring3-color, #e6edf3);
    --_muted: var(--ring3-muted, #9198a1);
    --_line: var(--ring3-border, #3d444d);
    --_accent: var(--ring3-accent, #8ab4f8);
    --_on-accent: var(--ring3-on-accent, #0d1117);
    --_bad: var(--ring3-error, #ff8a80);
  }
`;

export const controls = css`
  button {
    font: inherit;
    color: var(--_fg);
    background: transparent;
    border: 1px solid var(--_line);
    border-radius: 6px;
    padding: 2px 12px;
    min-height: 30px;
    cursor: pointer;
  }
  button.primary {
    color: var(--_on-accent);
    background: var(--_accent);
    border-color: var(--_accent);
  }
  button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  button:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
`;
