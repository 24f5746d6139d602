import { FitAddon } from '@xterm/addon-fit';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { type ITerminalInitOnlyOptions, type ITerminalOptions, Terminal } from '@xterm/xterm';
import { xtermCss } from './xterm-css.generated.js';

export { xtermCss };

export interface Emulator {
  terminal: Terminal;
  fit: FitAddon;
}

/** Pages that a program names must not reach the page that shows it. */
function openLink(_event: MouseEvent, url: string): void {
  if (/^https?:/i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
}

/**
 * The terminal emulator, in a module of its own that is loaded with the first terminal. Links in its text, and those that a program makes
 * (OSC 8), open in a window of their own; `hover` is told where the one under the pointer leads, null when there is none.
 */
export function createEmulator(options: ITerminalOptions & ITerminalInitOnlyOptions, hover: (url: string | null) => void): Emulator {
  const terminal = new Terminal({
    ...options,
    allowProposedApi: true,
    linkHandler: { activate: openLink, hover: (_event, url) => hover(url), leave: () => hover(null) },
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(new WebLinksAddon(openLink, { hover: (_event, url) => hover(url), leave: () => hover(null) }));
  // Widths of characters as glibc has them; the emulator's own are those of 2010.
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  return { terminal, fit };
}
