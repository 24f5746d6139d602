import { css, unsafeCSS } from 'lit';

/** Colours where the page sets none. Each pair of text and ground has a contrast of at least 4.5. */
const dark = unsafeCSS(`
  --_bg: var(--ring3-background, #161b22);
  --_fg: var(--ring3-color, #e6edf3);
  --_muted: var(--ring3-muted, #9aa4af);
  --_line: var(--ring3-border, #353c46);
  --_raised: var(--ring3-button-background, #21262d);
  --_accent: var(--ring3-accent, #8ab4f8);
  --_on-accent: var(--ring3-on-accent, #0d1117);
  --_bad: var(--ring3-error, #ff8a80);
  --_warn: var(--ring3-warning, #f2c14e);
  --_good: var(--ring3-success, #57c785);
  color-scheme: dark;
`);

/** Colours and sizes that a page may set; light and dark by what the reader prefers, or by `theme`. */
export const tokens = css`
  :host {
    --_bg: var(--ring3-background, #ffffff);
    --_fg: var(--ring3-color, #1b1f24);
    --_muted: var(--ring3-muted, #57606a);
    --_line: var(--ring3-border, #d5dbe1);
    --_raised: var(--ring3-button-background, #f6f8fa);
    --_accent: var(--ring3-accent, #0b57d0);
    --_on-accent: var(--ring3-on-accent, #ffffff);
    --_bad: var(--ring3-error, #b3261e);
    --_warn: var(--ring3-warning, #b26a00);
    --_good: var(--ring3-success, #1a7f37);
    --_screen: var(--ring3-screen-background, #0d1117);
    --_screen-fg: var(--ring3-screen-color, #e6edf3);
    --_screen-muted: var(--ring3-screen-muted, #8b949e);
    --_screen-stderr: var(--ring3-screen-stderr, #ffa198);
    --_font: var(--ring3-font, system-ui, sans-serif);
    --_mono: var(--ring3-mono, ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace);
    --_radius: var(--ring3-radius, 10px);
    color-scheme: light;
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
      ${dark}
    }
  }
  :host([theme='dark']) {
    ${dark}
  }
`;

export const controls = css`
  button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font: inherit;
    font-size: 13.5px;
    line-height: 20px;
    color: var(--_fg);
    background: var(--_raised);
    border: 1px solid var(--_line);
    border-radius: 7px;
    padding: 4px 12px;
    min-height: 32px;
    cursor: pointer;
    touch-action: manipulation;
  }
  button svg {
    width: 14px;
    height: 14px;
    margin-inline-start: -2px;
    fill: currentColor;
    flex: none;
  }
  button:hover:not(:disabled, [aria-disabled='true']) {
    border-color: var(--_muted);
  }
  button.primary {
    color: var(--_on-accent);
    background: var(--_accent);
    border-color: var(--_accent);
    font-weight: 600;
  }
  button.primary:hover:not(:disabled, [aria-disabled='true']) {
    border-color: var(--_fg);
  }
  button:disabled,
  button[aria-disabled='true'] {
    opacity: 0.5;
    cursor: default;
  }
  button:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  @media (pointer: coarse) {
    button {
      min-height: 44px;
    }
  }
`;
