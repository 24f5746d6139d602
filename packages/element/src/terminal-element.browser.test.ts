import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { escapeKeys, mount, openShell, terminalPage } from '../../../tests/support/terminal-page.js';
import './index.js';
import { contrast, hexColour } from './terminal-theme.js';

test('what is typed reaches the shell, and what it prints is shown', async () => {
  const shell = await openShell();
  await shell.run('echo $((6*7)) "{ok}" [x]');
  await shell.sees(/^42 \{ok\} \[x\]$/m);
});

test('Tab completes in the shell; Backspace and arrows edit the line', async () => {
  const shell = await openShell();
  shell.terminal.focus();
  await userEvent.keyboard('cat /etc/hostn{Tab}');
  await shell.sees('cat /etc/hostname');
  await userEvent.keyboard('{Control>}u{/Control}ecko done{ArrowLeft>6/}{Backspace}h{Enter}');
  await shell.sees(/^done$/m);
});

test('^C ends the program in front, ^D its input', async () => {
  const shell = await openShell();
  await shell.run('cat; echo "status $?"');
  await userEvent.keyboard('{Control>}c{/Control}');
  await shell.sees('^C');
  await shell.run('sleep 100; echo after=$?');
  await userEvent.keyboard('{Control>}c{/Control}');
  await shell.run('echo "last $?"');
  await shell.sees(/^last 130$/m);
  await shell.run('cat');
  await userEvent.keyboard('{Control>}d{/Control}');
  await shell.run('echo "end $?"');
  await shell.sees(/^end 0$/m);
});

test('^Z stops the job, fg goes on with it', async () => {
  const shell = await openShell();
  await shell.run('cat');
  await userEvent.keyboard('{Control>}z{/Control}');
  await shell.sees('Stopped');
  await shell.run('jobs');
  await shell.sees(/\[1\]\+ {2}Stopped +cat/);
  await shell.run('fg');
  await shell.run('again');
  await shell.sees(/^again\nagain$/m);
});

test('vi edits and writes a file in the alternate screen, and leaves the shell’s screen as it was', async () => {
  const shell = await openShell();
  await shell.run('busybox vi /tmp/a.txt');
  await shell.sees(/^~$/m);
  await userEvent.keyboard('ifirst line{Enter}second{Escape}');
  // Keys that follow an Escape at once are one key to vi, as from any terminal.
  await new Promise((resolve) => setTimeout(resolve, 300));
  await userEvent.keyboard('ggx:wq{Enter}');
  await shell.sees(/^\$ ?$/m);
  await shell.run('cat /tmp/a.txt');
  await shell.sees(/^irst line\nsecond$/m);
});

test('less pages and searches; top draws the process list anew', async () => {
  const shell = await openShell();
  await shell.run('seq 500 | busybox less');
  await shell.sees(/^1\n2\n3$/m);
  await userEvent.keyboard('G');
  await shell.sees(/^500$/m);
  await userEvent.keyboard('q');
  await shell.run('busybox top -d 1');
  await shell.sees(/PID +PPID/);
  await userEvent.keyboard('q');
  await shell.run('echo back');
  await shell.sees(/^back$/m);
});

test('every line of the screen can be seen, with its underscores', async () => {
  const shell = await openShell();
  const { terminal } = shell;
  await shell.run('clear; yes ___ | head -n 100');
  await shell.sees(/^___\n\$ ?$/m);
  const view = terminal.renderRoot.querySelector('.screen')!.getBoundingClientRect();
  const rows = [...terminal.renderRoot.querySelectorAll<HTMLElement>('.xterm-rows > div')];
  expect(rows).toHaveLength(terminal.rows);
  expect(rows.at(-1)!.getBoundingClientRect().bottom).toBeLessThanOrEqual(view.bottom);
  const probe = document.createElement('canvas').getContext('2d')!;
  probe.font = getComputedStyle(rows[0]!).font;
  const { fontBoundingBoxAscent, fontBoundingBoxDescent } = probe.measureText('_');
  expect(rows[0]!.getBoundingClientRect().height).toBeGreaterThanOrEqual(fontBoundingBoxAscent + fontBoundingBoxDescent);
});

test('the program sees the size, and a change of it, by SIGWINCH', async () => {
  const shell = await openShell();
  const { terminal } = shell;
  await shell.run('stty size');
  await shell.sees(`\n${terminal.rows} ${terminal.cols}\n`);
  await shell.run(`trap 'echo "winch $(stty size)"' WINCH`);
  const before = terminal.cols;
  shell.host.style.width = '500px';
  await vi.waitFor(() => expect(terminal.cols).toBeLessThan(before));
  await shell.run('');
  await shell.sees(`winch ${terminal.rows} ${terminal.cols}`);
});

test('cols and rows fix the size; taking them away fits it again', async () => {
  const shell = await openShell({ terminal: 'cols="60" rows="12"' });
  const { terminal } = shell;
  expect([terminal.cols, terminal.rows]).toEqual([60, 12]);
  await shell.run('stty size');
  await shell.sees(/^12 60$/m);
  shell.host.style.width = '300px';
  terminal.rows = 5;
  await vi.waitFor(() => expect([terminal.cols, terminal.rows]).toEqual([60, 5]));
  await shell.run('stty size');
  await shell.sees(/^5 60$/m);
  terminal.removeAttribute('cols');
  terminal.rows = null;
  await vi.waitFor(() => expect(terminal.cols).toBeLessThan(60));
  expect(terminal.rows).toBeGreaterThan(12);
  for (const wrong of ['0', '-3', 'x', '1.5']) {
    terminal.setAttribute('cols', wrong);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    expect(terminal.cols, wrong).toBeGreaterThan(3);
  }
});

test('a paste is bracketed where the program asks for it, and comes with carriage returns', async () => {
  const shell = await openShell();
  await shell.run('echo ready; cat -v');
  await shell.sees(/^ready$/m);
  shell.terminal.paste('one\ntwo\n');
  await shell.sees(/^one\ntwo$/m);
  await userEvent.keyboard('{Control>}c{/Control}');
  await shell.run(String.raw`stty raw -echo; printf '\033[?2004hset\r\n'; head -c 15 | od -c; stty sane`);
  await shell.sees(/^set$/m);
  const data = new DataTransfer();
  data.setData('text/plain', 'ab\n');
  shell.input().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  await shell.sees(/033 +\[ +2 +0 +0 +~ +a +b +\\r +033 +\[ +2 +0 +1/);
});

test('a selection is copied with Ctrl+Shift+C, and the program sees no ^C', async () => {
  const shell = await openShell();
  const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  await shell.run('echo copyme; cat');
  await shell.sees(/^copyme$/m);
  const row = await vi.waitFor(() => rowOf(shell.terminal, 'copyme'));
  const box = row.getBoundingClientRect();
  const cell = shell.terminal.renderRoot.querySelector('.xterm-screen')!.clientWidth / shell.terminal.cols;
  const at = (type: string, x: number, target: EventTarget = row): boolean =>
    target.dispatchEvent(
      new MouseEvent(type, {
        clientX: x,
        clientY: box.top + 5,
        button: 0,
        buttons: 1,
        detail: 1,
        bubbles: true,
        composed: true,
        cancelable: true,
      }),
    );
  at('mousedown', box.left + 1);
  at('mousemove', box.left + cell * 4, document);
  at('mouseup', box.left + cell * 4, document);
  expect(shell.terminal.selection).toBe('copy');
  await userEvent.keyboard('{Control>}{Shift>}c{/Shift}{/Control}');
  expect(written).toHaveBeenCalledWith('copy');
  expect(shell.lastLine()).not.toContain('^C');
});

test('Escape twice, then Tab, leaves the terminal, forwards and backwards; else Tab stays', async () => {
  const shell = await openShell();
  shell.host.insertAdjacentHTML('afterbegin', '<button id="before">before</button>');
  shell.host.insertAdjacentHTML('beforeend', '<button id="after">after</button>');
  const focused = (): Element | null => document.activeElement;
  const hint = shell.terminal.renderRoot.querySelector('#hint')!;
  shell.terminal.focus();
  expect(hint.textContent).toContain('press Escape twice, then Tab');
  await userEvent.keyboard('{Tab}');
  expect(focused()).toBe(shell.terminal);
  await userEvent.keyboard('{Escape}{Tab}');
  expect(focused()).toBe(shell.terminal);
  await userEvent.keyboard('{Escape}{Escape}');
  await shell.terminal.updateComplete;
  expect(hint.textContent).toContain('Tab leaves');
  expect(hint.hasAttribute('data-shown')).toBe(true);
  await userEvent.keyboard('{Tab}');
  expect(focused()?.id).toBe('after');
  shell.terminal.focus();
  await userEvent.keyboard('{Escape}{Escape}x{Tab}');
  expect(focused()).toBe(shell.terminal);
  await userEvent.keyboard('{Escape}{Escape}{Shift>}{Tab}{/Shift}');
  expect(shell.terminal.renderRoot instanceof ShadowRoot && shell.terminal.renderRoot.activeElement?.matches('textarea')).toBe(false);
});

test('both Escapes reach the program', async () => {
  const shell = await openShell();
  await shell.run('cat -v');
  await userEvent.keyboard('{Escape}{Escape}end{Enter}');
  await shell.sees(/^\^\[\^\[end$/m);
});

test('the bar of keys: Escape, Tab, arrows by the cursor mode, Ctrl with the next key; the terminal keeps the focus', async () => {
  const shell = await openShell({ terminal: 'touch-keys' });
  const key = (name: string) => page.getByRole('button', { name, exact: true });
  await shell.run('cat -v');
  await key('Arrow up').click();
  await key('Esc').click();
  await userEvent.keyboard('.{Enter}');
  await shell.sees(/^\^\[\[A\^\[\.$/m);
  expect(document.activeElement).toBe(shell.terminal);
  await key('Ctrl').click();
  await expect.element(key('Ctrl')).toHaveAttribute('aria-pressed', 'true');
  await userEvent.keyboard('c');
  await shell.sees('^C');
  await expect.element(key('Ctrl')).toHaveAttribute('aria-pressed', 'false');
  await shell.run(String.raw`printf '\033[?1hset\n'; cat -v`);
  await shell.sees(/^set$/m);
  await key('Arrow left').click();
  await key('Ctrl').click();
  await key('Arrow right').click();
  await userEvent.keyboard('.{Enter}');
  await shell.sees(/^\^\[OD\^\[\[1;5C\.$/m);
});

test('wide characters and emoji take two cells, combining ones none, as the program counts', async () => {
  const shell = await openShell();
  await shell.run(String.raw`printf '%b|\n' '\u6f22\u5b57' '\U1f680' 'e\u0301'`);
  await shell.sees('漢字|\n🚀|\ne\u0301|');
  await shell.run(String.raw`printf '\r\u6f22\U1f680\033[6n'; IFS= read -rsd R pos; printf '\ncolumn %s\n' "${'${pos#*;}'}"`);
  await shell.sees(/^column 5$/m);
});

test('a link opens in a window of its own, without a way back; others are left alone', async () => {
  const shell = await openShell();
  const open = vi.spyOn(window, 'open').mockReturnValue(null);
  await shell.run(
    String.raw`printf 'see https://example.org/a?b=1 and \033]8;;https://example.org/osc\033\\named\033]8;;\033\\ \033]8;;javascript:alert(1)\033\\bad\033]8;;\033\\\n'`,
  );
  await shell.sees(/^see https/m);
  const row = await vi.waitFor(() => rowOf(shell.terminal, 'see '));
  const screen = shell.terminal.renderRoot.querySelector<HTMLElement>('.xterm-screen')!;
  const click = async (text: string): Promise<void> => {
    const clientX = row.getBoundingClientRect().left + (row.textContent!.indexOf(text) + 1.5) * (screen.clientWidth / shell.terminal.cols);
    const clientY = row.getBoundingClientRect().top + 5;
    for (const type of ['mousemove', 'mousedown', 'mouseup']) {
      screen.dispatchEvent(new MouseEvent(type, { clientX, clientY, button: 0, bubbles: true, composed: true, cancelable: true }));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await click('https://example.org/a');
  await click('named');
  await click('bad');
  expect(open.mock.calls).toEqual([
    ['https://example.org/a?b=1', '_blank', 'noopener,noreferrer'],
    ['https://example.org/osc', '_blank', 'noopener,noreferrer'],
  ]);
});

test('a new run begins with an empty terminal', async () => {
  const shell = await openShell();
  await shell.run('echo left behind; exit 3');
  await vi.waitFor(() => expect(shell.machine.state).toBe('exited'));
  expect(shell.terminal.text).toContain('left behind');
  // It is reset when the test ends.
  shell.machine.run().catch(() => {});
  await vi.waitFor(() => expect(shell.machine.state).toBe('running'), { timeout: 10_000 });
  await shell.sees(/^\$ ?$/m);
  expect(shell.terminal.text).not.toContain('left behind');
});

test('a flood of output leaves the page responsive and its memory bounded; ^C ends it at once', async () => {
  const shell = await openShell();
  const { machine, terminal } = shell;
  let shown = 0;
  machine.addEventListener('ring3-stdout', (event) => (shown += event.detail.data.length));
  let longest = 0;
  let last = performance.now();
  let watching = true;
  const frame = (now: number): void => {
    longest = Math.max(longest, now - last);
    last = now;
    if (watching) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  await shell.run('yes');
  const began = performance.now();
  await vi.waitFor(() => expect(shown).toBeGreaterThan(8e6), { timeout: 25_000 });
  expect(shown / (performance.now() - began), 'bytes per millisecond').toBeGreaterThan(500);
  watching = false;
  const pressed = performance.now();
  await userEvent.keyboard('{Control>}c{/Control}');
  await shell.sees('^C', 5000);
  await shell.sees(/^\$ ?$/m, 5000);
  expect(performance.now() - pressed).toBeLessThan(3000);
  expect(longest).toBeLessThan(1000);
  // What scrolls out of it is gone.
  expect(terminal.text.length).toBeLessThan(5100 * 4);
});

test('text that a program prints last is shown before it has ended', async () => {
  const shell = await openShell();
  await shell.run('exec seq 30000');
  await vi.waitFor(() => expect(shell.machine.state).toBe('exited'), { timeout: 15_000 });
  expect(shell.lastLine()).toBe('30000');
});

test('several terminals: each shows its machine, by for= or by place, also where the machine comes later', async () => {
  const host = mount('<ring3-terminal id="t1" for="m1" rows="6"></ring3-terminal>');
  const machine = (id: string, inner = ''): string =>
    `<ring3-machine id="${id}" root="/apps/playground/public/images/base/" program="/bin/echo" argv="echo from ${id}" autorun>${inner}</ring3-machine>`;
  host.insertAdjacentHTML('beforeend', machine('m1') + machine('m2', '<ring3-terminal id="t2" rows="6"></ring3-terminal>'));
  const text = (id: string): string => host.querySelector<HTMLElementTagNameMap['ring3-terminal']>(`#${id}`)!.text;
  await vi.waitFor(() => expect([text('t1'), text('t2')]).toEqual(['from m1', 'from m2']), { timeout: 15_000 });
  const other = host.querySelector<HTMLElementTagNameMap['ring3-terminal']>('#t1')!;
  other.setAttribute('for', 'm2');
  await other.updateComplete;
  await host.querySelector<HTMLElementTagNameMap['ring3-machine']>('#m2')!.run();
  expect(text('t1')).toBe('from m2');
});

test('moving the element keeps what it shows; removing it frees the emulator', async () => {
  const shell = await openShell();
  await shell.run('echo still here');
  await shell.sees(/^still here$/m);
  const other = mount('');
  other.append(shell.machine);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await shell.sees(/^still here$/m);
  await shell.run('echo moved');
  await shell.sees(/^moved$/m);
  shell.terminal.remove();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(shell.terminal.text).toBe('');
  expect(shell.terminal.renderRoot.querySelector('.xterm')).toBeNull();
  expect(shell.machine.state).toBe('running');
  await shell.machine.write('seq 100000; exit\r');
  await vi.waitFor(() => expect(shell.machine.state).toBe('exited'), { timeout: 10_000 });
});

test('the emulator is loaded when the terminal comes into view', async () => {
  const host = mount(
    '<div style="height: 5000px"></div><ring3-machine program="/bin/true"><ring3-terminal></ring3-terminal></ring3-machine>',
  );
  const { terminal } = terminalPage(host);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(terminal.renderRoot.querySelector('.xterm')).toBeNull();
  terminal.scrollIntoView();
  await vi.waitFor(() => expect(terminal.renderRoot.querySelector('.xterm')).not.toBeNull());
  window.scrollTo(0, 0);
});

test.each(['dark', 'light'] as const)('axe finds nothing in a %s terminal with its bar of keys', async (theme) => {
  const shell = await openShell({ terminal: `touch-keys theme="${theme}"` });
  await shell.run(
    String.raw`for i in 30 31 32 33 34 35 36 37 90 91 92 93 94 95 96 97 '38;5;17' '38;5;229'; do printf '\033[%smcolour\033[0m ' "$i"; done`,
  );
  await shell.sees(/^(colour ?)+/m);
  const { default: axe } = await import('axe-core');
  const { violations } = await axe.run(shell.host, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html.slice(0, 200))])).toEqual([]);
});

test('the sixteen colours are readable on a dark and on a light screen, and follow the page’s own', async () => {
  const shell = await openShell();
  const { terminal } = shell;
  await shell.run(String.raw`for i in 30 31 32 33 34 35 36 37 90 91 92 93 94 95 96 97; do printf '\033[%sm%02d\033[0m\n' "$i" "$i"; done`);
  await shell.sees(/^97$/m);
  const colours = (): string[] =>
    [30, 31, 32, 33, 34, 35, 36, 37, 90, 91, 92, 93, 94, 95, 96, 97].map((code) =>
      hexColour(getComputedStyle(rowOf(terminal, String(code)).firstElementChild!).color)!,
    );
  const readable = (background: string): void => {
    for (const [i, colour] of colours().entries())
      expect(contrast(colour, background), `colour ${i} ${colour}`).toBeGreaterThanOrEqual(4.5);
  };
  await vi.waitFor(() => readable('#0d1117'));
  terminal.style.setProperty('--ring3-screen-background', 'white');
  terminal.style.setProperty('--ring3-screen-color', 'rgb(20 20 20)');
  await vi.waitFor(() => readable('#ffffff'));
  terminal.style.setProperty('--ring3-screen-background', 'oklch(0.3 0.05 250)');
  await vi.waitFor(() => readable(hexColour('oklch(0.3 0.05 250)')!));
  terminal.style.setProperty('--ring3-ansi-red', 'hsl(0 100% 85%)');
  terminal.style.setProperty('--ring3-screen-background', 'black');
  await vi.waitFor(() => expect(colours()[1]).toBe(hexColour('hsl(0 100% 85%)')));
});

test('screen-reader mode puts what appears into the accessibility tree, also when its button turns it on', async () => {
  const shell = await openShell();
  const tree = (): string => shell.terminal.renderRoot.querySelector('.xterm-accessibility')?.textContent ?? '';
  expect(tree()).toBe('');
  const button = page.getByRole('button', { name: 'Screen reader mode' });
  (button.element() as HTMLButtonElement).focus();
  await userEvent.keyboard('{Enter}');
  expect(shell.terminal.screenReader).toBe(true);
  await shell.run('echo read me');
  await vi.waitFor(() => expect(tree()).toContain('read me'), { timeout: 5000 });
});

test('the font size and the screen reader can be changed while it runs', async () => {
  const shell = await openShell({ terminal: 'font-size="14"' });
  const before = shell.terminal.cols;
  shell.terminal.fontSize = 28;
  await vi.waitFor(() => expect(shell.terminal.cols).toBeLessThan(before * 0.6));
  await shell.run('stty size');
  await shell.sees(`${shell.terminal.rows} ${shell.terminal.cols}`);
});

/** The row on the screen that begins with this text, once it is drawn. */
function rowOf(terminal: HTMLElementTagNameMap['ring3-terminal'], text: string): Element {
  const row = [...terminal.renderRoot.querySelectorAll('.xterm-rows > div')].find((one) => one.textContent?.startsWith(text));
  if (!row) throw new Error(`no row '${text}'`);
  return row;
}

test('keys with braces survive the helper', () => {
  expect(escapeKeys('a{b}[c]')).toBe('a{{b}[[c]');
});
