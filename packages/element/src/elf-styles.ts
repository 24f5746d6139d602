import { css } from 'lit';

/** What is there before a file is: the rest comes with it (elf-view-styles.ts). */
export const elfStyles = css`
  :host {
    container-type: inline-size;
  }
  .frame {
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_bg);
    overflow: hidden;
  }
  .frame.over {
    outline: 2px dashed var(--_accent);
    outline-offset: -4px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    align-items: center;
    padding: 8px 12px;
    border-bottom: 1px solid var(--_line);
  }
  .title {
    font-family: var(--_mono);
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .summary {
    color: var(--_muted);
    margin-inline-end: auto;
  }
  .error {
    margin: 0;
    padding: 8px 12px;
    color: var(--_bad);
  }
  .empty {
    padding: 32px 16px;
    text-align: center;
    color: var(--_muted);
  }
`;
