import type { Ring3Machine, Ring3Terminal } from '../../packages/element/src/index.js';
import { onTestFinished } from 'vitest';
import { userEvent } from 'vitest/browser';

/** The base image as the playground's build packs it; Vite serves it from the repository's root. */
export const baseImage = '/apps/playground/public/images/base/';

const shell = `root="${baseImage}" program="/bin/bash" argv="bash --norc --noprofile -i" cwd="/root"
  env="TERM=xterm-256color HOME=/root PATH=/usr/bin:/bin LANG=C.UTF-8 PS1='$ '"`;

export interface TerminalPage {
  host: HTMLElement;
  machine: Ring3Machine;
  terminal: Ring3Terminal;
  /** Gives the terminal the focus, types, and presses Enter. */
  run(line: string): Promise<void>;
  /** Resolves when the terminal's text has it. */
  sees(text: string | RegExp, timeout?: number): Promise<void>;
  /** The last line that is not empty. */
  lastLine(): string;
  /** Where the cursor is to be typed at: what keyboard events go to. */
  input(): HTMLTextAreaElement;
}

/** HTML in the page; it goes when the test ends. */
export function mount(html: string): HTMLElement {
  const host = document.createElement('div');
  host.innerHTML = html;
  document.body.append(host);
  onTestFinished(() => host.remove());
  return host;
}

/** A shell of the base image in a terminal, at its prompt. */
export async function openShell({ terminal = '', style = '' }: { terminal?: string; style?: string } = {}): Promise<TerminalPage> {
  const host = mount(
    `<ring3-machine ${shell} autorun><ring3-terminal ${terminal} style="--ring3-terminal-height: 26em; ${style}"></ring3-terminal></ring3-machine>`,
  );
  const page = terminalPage(host);
  await page.sees(/^\$ ?$/m);
  return page;
}

export function terminalPage(host: HTMLElement): TerminalPage {
  const machine = host.querySelector('ring3-machine')!;
  const terminal = host.querySelector('ring3-terminal')!;
  const sees = async (text: string | RegExp, timeout = 10_000): Promise<void> => {
    const has = (shown: string): boolean => (typeof text === 'string' ? shown.includes(text) : text.test(shown));
    const end = performance.now() + timeout;
    while (!has(terminal.text)) {
      const late = performance.now() > end;
      if (late || machine.state === 'error') {
        const failure = machine.renderRoot.querySelector('[part=error]')?.textContent ?? '';
        throw new Error(`no ${String(text)} in the terminal (${machine.state} ${failure}):\n${terminal.text.slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return {
    host,
    machine,
    terminal,
    sees,
    async run(line) {
      terminal.focus();
      await userEvent.keyboard(`${escapeKeys(line)}{Enter}`);
    },
    lastLine: () => terminal.text.split('\n').at(-1) ?? '',
    input: () => terminal.renderRoot.querySelector('textarea')!,
  };
}

/** Text for userEvent.keyboard, in which braces and brackets name keys. */
export function escapeKeys(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('[', '[[');
}
