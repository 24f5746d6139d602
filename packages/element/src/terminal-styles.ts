import { css } from 'lit';

export const terminalStyles = css`
  .view {
    position: relative;
    background: var(--_screen);
  }
  .screen {
    /* The emulator counts the room inside the padding. */
    box-sizing: content-box;
    height: calc(var(--ring3-terminal-height, 24em) - 16px);
    padding: 8px;
    color: var(--_screen-fg);
    background: var(--_screen);
    overflow: hidden;
    /* The change of a colour, whoever makes it, is told by the end of its transition. */
    transition:
      background-color 1ms,
      color 1ms;
  }
  .screen[data-rows] {
    height: auto;
  }
  .screen[data-cols] {
    overflow-x: auto;
  }
  .view:focus-within {
    outline: 2px solid var(--_accent);
    outline-offset: -2px;
  }
  .note {
    position: absolute;
    inset-block-start: 6px;
    inset-inline-end: 20px;
    z-index: 20;
    max-width: calc(100% - 40px);
    padding: 4px 10px;
    border: 1px solid var(--_line);
    border-radius: 6px;
    color: var(--_fg);
    background: var(--_bg);
    font-size: 13px;
  }
  .note:not([data-shown], :focus) {
    width: 1px;
    height: 1px;
    padding: 0;
    border: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .hint {
    pointer-events: none;
  }
  .failure {
    margin: 0;
    padding: 8px 12px;
    color: var(--_bad);
    background: var(--_bg);
  }
  .keys {
    display: none;
    gap: 4px;
    padding: 6px 8px;
    background: var(--_bg);
    border-top: 1px solid var(--_line);
  }
  .keys[data-shown] {
    display: flex;
  }
  .keys button {
    flex: 0 1 56px;
    justify-content: center;
    min-width: 0;
    min-height: 44px;
    padding: 0;
    touch-action: manipulation;
  }
  .keys button[aria-pressed='true'] {
    color: var(--_on-accent);
    background: var(--_accent);
  }
  @media (pointer: coarse) {
    .keys {
      display: flex;
    }
  }
`;
