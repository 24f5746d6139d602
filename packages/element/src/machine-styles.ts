import { css } from 'lit';

export const machineStyles = css`
  :host {
    container-type: inline-size;
  }
  .frame {
    position: relative;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_bg);
    overflow: hidden;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 10px;
    align-items: center;
    padding: 8px 8px 8px 14px;
    padding-inline: 14px 8px;
    min-height: 48px;
    box-sizing: border-box;
  }
  .name {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    align-items: center;
    margin-inline-end: auto;
    min-width: 0;
  }
  .title {
    font: 600 13.5px/1.4 var(--_mono);
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .status {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    color: var(--_muted);
    font-size: 13px;
  }
  .status::before {
    content: '';
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--_state, var(--_muted));
    forced-color-adjust: none;
    flex: none;
  }
  .frame[data-state='loading'],
  .frame[data-state='running'] {
    --_state: var(--_accent);
  }
  .frame[data-state='paused'] {
    --_state: var(--_warn);
  }
  .frame[data-state='error'],
  .frame[data-failed] {
    --_state: var(--_bad);
  }
  .frame[data-state='exited']:not([data-failed]) {
    --_state: var(--_good);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
  }
  .bar {
    height: 2px;
    background: var(--_line);
    overflow: hidden;
    position: relative;
  }
  .bar > div {
    height: 100%;
    width: 100%;
    background: var(--_accent);
    transform-origin: left;
  }
  .bar > div:dir(rtl) {
    transform-origin: right;
  }
  .bar:not([role]) > div {
    transform: scaleX(0);
  }
  .bar[data-unknown] > div {
    width: 30%;
  }
  @media (prefers-reduced-motion: no-preference) {
    .bar[data-unknown] > div {
      animation: slide 1.2s ease-in-out infinite alternate;
    }
    .frame[data-state='running'] .status::before {
      animation: pulse 1.6s ease-in-out infinite;
    }
  }
  @keyframes slide {
    to {
      margin-inline-start: 70%;
    }
  }
  @keyframes pulse {
    50% {
      opacity: 0.35;
    }
  }
  .where,
  .notice,
  .error {
    margin: 0;
    padding: 9px 14px;
    border-bottom: 1px solid var(--_line);
    border-inline-start: 3px solid var(--_state, var(--_muted));
    padding-inline-start: 11px;
    font-size: 13.5px;
    overflow-wrap: anywhere;
  }
  .where code {
    font: 13px/1.4 var(--_mono);
    unicode-bidi: isolate;
  }
  .where small {
    color: var(--_muted);
    font-size: 12.5px;
    white-space: nowrap;
  }
  .notice {
    --_state: var(--_warn);
    display: flex;
    gap: 8px;
    align-items: start;
    justify-content: space-between;
  }
  .error {
    --_state: var(--_bad);
  }
  .error strong {
    color: var(--_bad);
    font-weight: 600;
  }
  .help {
    display: block;
    color: var(--_muted);
  }
  .output {
    margin: 0;
    padding: 12px 14px;
    min-height: 3.9em;
    max-height: var(--ring3-output-height, 24em);
    box-sizing: border-box;
    overflow: auto;
    overscroll-behavior: contain;
    background: var(--_screen);
    color: var(--_screen-fg);
    font: 13px/1.5 var(--_mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    tab-size: 8;
    text-align: left;
    color-scheme: dark;
  }
  .output:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: -3px;
  }
  .stderr {
    color: var(--_screen-stderr);
  }
  .hint {
    color: var(--_screen-muted);
    font-family: var(--_font);
    unicode-bidi: plaintext;
  }
  .drop {
    position: absolute;
    inset: 4px;
    display: grid;
    place-items: center;
    padding: 12px;
    text-align: center;
    border: 2px dashed var(--_accent);
    border-radius: calc(var(--_radius) - 3px);
    background: var(--_bg);
    color: var(--_fg);
    font-weight: 600;
    opacity: 0.96;
    pointer-events: none;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @container (max-width: 360px) {
    .buttons {
      width: 100%;
    }
    .buttons button.primary {
      flex: 1;
      justify-content: center;
    }
  }
  @media (forced-colors: active) {
    .bar > div {
      background: Highlight;
    }
    .output {
      border-top: 1px solid CanvasText;
    }
    .where,
    .notice,
    .error {
      border-inline-start-width: 3px;
    }
    .status::before {
      border: 1px solid CanvasText;
      box-sizing: border-box;
    }
  }
`;
