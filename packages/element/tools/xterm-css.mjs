// The terminal emulator's style sheet as a module: it lives in a shadow root, where a page's <link> does not reach. Not committed.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const css = readFileSync(fileURLToPath(import.meta.resolve('@xterm/xterm/css/xterm.css')), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
writeFileSync(new URL('../src/xterm-css.generated.ts', import.meta.url), `export const xtermCss = ${JSON.stringify(css.trim())};\n`);
