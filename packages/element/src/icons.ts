import { html, type TemplateResult } from 'lit';

/** 16 by 16, drawn in the text's colour. */
const paths = {
  run: 'M4 2.6v10.8c0 .8.9 1.3 1.6.9l8-5.4a1 1 0 0 0 0-1.8l-8-5.4C4.9 1.3 4 1.8 4 2.6z',
  pause:
    'M4 2h2.5a.5.5 0 0 1 .5.5v11a.5.5 0 0 1-.5.5H4a.5.5 0 0 1-.5-.5v-11A.5.5 0 0 1 4 2zm5.5 0H12a.5.5 0 0 1 .5.5v11a.5.5 0 0 1-.5.5H9.5a.5.5 0 0 1-.5-.5v-11a.5.5 0 0 1 .5-.5z',
  step: 'M3 2.8v10.4c0 .7.8 1.1 1.4.7L11 9v4.5a.5.5 0 0 0 .5.5h1a.5.5 0 0 0 .5-.5v-11a.5.5 0 0 0-.5-.5h-1a.5.5 0 0 0-.5.5V7L4.4 2.1C3.8 1.7 3 2.1 3 2.8z',
  back: 'M13 2.8v10.4c0 .7-.8 1.1-1.4.7L5 9v4.5a.5.5 0 0 1-.5.5h-1a.5.5 0 0 1-.5-.5v-11a.5.5 0 0 1 .5-.5h1a.5.5 0 0 1 .5.5V7l6.6-4.9c.6-.4 1.4 0 1.4.7z',
  stop: 'M4 3h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z',
  open: 'M1.5 3.5a1 1 0 0 1 1-1h3.6a1 1 0 0 1 .7.3l1.2 1.2h5.5a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1z',
} as const;

export function icon(name: keyof typeof paths): TemplateResult {
  return html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d=${paths[name]}></path></svg>`;
}
