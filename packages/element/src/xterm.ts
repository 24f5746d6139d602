import { FitAddon } from '@xterm/addon-fit';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { xtermCss } from './xterm-css.generated.js';

/** The terminal emulator, in a module of its own that is loaded with the first terminal. */
export async function loadXterm() {
  return { Terminal, FitAddon, WebLinksAddon, css: xtermCss };
}
