/** Of tables and bytes. Bytes have a background by what they are for; text keeps its colour, so that contrast holds in both themes. */
export const elfViewStyles = `
  .k-header {
    background: color-mix(in srgb, #c2410c 24%, transparent);
  }
  .k-segment-header {
    background: color-mix(in srgb, #7c3aed 24%, transparent);
  }
  .k-section-header {
    background: color-mix(in srgb, #0e7490 24%, transparent);
  }
  .k-code {
    background: color-mix(in srgb, #15803d 20%, transparent);
  }
  .k-constants {
    background: color-mix(in srgb, #a16207 20%, transparent);
  }
  .k-data {
    background: color-mix(in srgb, #be123c 18%, transparent);
  }
  .k-tables {
    background: color-mix(in srgb, #1d4ed8 18%, transparent);
  }
  .k-other {
    background: color-mix(in srgb, #64748b 20%, transparent);
  }
  .panes {
    display: grid;
    grid-template-columns: minmax(18em, 1fr) auto;
    height: var(--ring3-elf-height, 30em);
  }
  @container (max-width: 52em) {
    .panes {
      grid-template-columns: 1fr;
      grid-template-rows: 1fr 1fr;
      height: calc(var(--ring3-elf-height, 30em) * 1.5);
    }
    .panes .hex {
      min-width: 0;
      border-block-start: 1px solid var(--_line);
    }
  }
  .facts {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    border-inline-end: 1px solid var(--_line);
  }
  [role='tablist'] {
    display: flex;
    border-bottom: 1px solid var(--_line);
  }
  [role='tab'] {
    background: transparent;
    border: 0;
    border-radius: 0;
    border-bottom: 2px solid transparent;
  }
  [role='tab'][aria-selected='true'] {
    border-bottom-color: var(--_accent);
    font-weight: 600;
  }
  [role='tabpanel'] {
    flex: 1;
    overflow: auto;
    min-height: 0;
    scroll-padding-block: 2em;
  }
  table {
    border-collapse: collapse;
    width: 100%;
    font: 12.5px/1.5 var(--_mono);
  }
  th {
    position: sticky;
    top: 0;
    background: var(--_bg);
    color: var(--_muted);
    font: 12px/1.6 var(--_font);
    text-align: start;
  }
  th,
  td {
    padding: 1px 8px;
    vertical-align: top;
    white-space: nowrap;
  }
  td.text {
    white-space: normal;
    overflow-wrap: anywhere;
  }
  tr.chosen {
    background: color-mix(in srgb, var(--_accent) 16%, transparent);
  }
  td button {
    min-height: 0;
    padding: 0 4px;
    background: transparent;
    border-color: transparent;
    font: inherit;
    text-align: start;
    text-decoration: underline;
    text-decoration-color: var(--_line);
    text-underline-offset: 2px;
  }
  td button[aria-pressed='true'] {
    border-color: var(--_accent);
    font-weight: 600;
  }
  .filter {
    display: flex;
    gap: 8px;
    align-items: center;
    padding: 6px 8px;
    color: var(--_muted);
  }
  .filter input {
    flex: 1;
    min-width: 0;
    font: 13px/1.4 var(--_mono);
    color: var(--_fg);
    background: transparent;
    border: 1px solid var(--_line);
    border-radius: 4px;
    padding: 2px 6px;
  }
  .hex {
    overflow: auto;
    position: relative;
    font: 13px/20px var(--_mono);
    min-width: min-content;
    padding-inline: 8px;
  }
  .hex:focus-visible,
  [role='tabpanel']:focus-visible,
  input:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: -2px;
  }
  .row {
    position: absolute;
    display: flex;
    height: 20px;
    white-space: pre;
  }
  .offset {
    color: var(--_muted);
    padding-inline-end: 12px;
  }
  .byte {
    padding-inline: 3.5px;
    cursor: pointer;
  }
  .byte.chosen,
  .char.chosen {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .byte.cursor {
    box-shadow: inset 0 0 0 2px var(--_fg);
  }
  .chars {
    padding-inline-start: 12px;
    display: flex;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 14px;
    padding: 6px 12px;
    border-top: 1px solid var(--_line);
    font-size: 12px;
  }
  .where {
    flex-basis: 100%;
    font-family: var(--_mono);
    min-height: 1.45em;
  }
  .swatch {
    display: inline-block;
    width: 1em;
    height: 1em;
    margin-inline-end: 4px;
    border: 1px solid var(--_line);
    vertical-align: -2px;
  }
`;
