import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { cat, hello, sleep, spin } from '../testing/programs.js';
import { collect, machine, next, part, place, until } from '../testing/page.js';
import './index.js';
import type { Ring3Machine } from './machine-element.js';

const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function running(program = sleep(), attributes = ''): Promise<Ring3Machine> {
  const element = machine(program, attributes);
  void element.run().catch(() => {});
  await until(() => element.outputText !== '');
  return element;
}

describe('the page', () => {
  test('moving the element keeps its machine', async () => {
    const element = await running();
    const kept = element.machine;
    const elsewhere = place<HTMLElement>('<section></section>');
    elsewhere.append(element);
    await turn(20);
    expect(element.state).toBe('running');
    expect(element.machine).toBe(kept);
    element.remove();
    document.body.prepend(element);
    await turn(20);
    expect(element.machine).toBe(kept);
    expect(element.outputText).toBe('sleeping\n');
    element.remove();
  });

  test('removing it ends its machine; put back, it begins anew', async () => {
    const element = await running(sleep(), 'autorun');
    const gone = element.machine!;
    element.remove();
    await until(() => element.machine === null);
    await expect(gone.readFile('/x')).rejects.toMatchObject({ id: 'closed' });
    expect(element.state).toBe('idle');
    const ready = next(element, 'ring3-ready');
    document.body.append(element);
    await ready;
    element.remove();
  });

  test('removed while it loads, it leaves nothing', async () => {
    const element = machine(hello());
    const run = element.run();
    const exits = collect(element, 'ring3-exit');
    element.remove();
    await expect(run).rejects.toMatchObject({ id: 'closed' });
    expect(exits).toEqual([]);
    expect(element.state).toBe('idle');
  });

  test('ten on a page, each with its own output, one compiled core', async () => {
    const before = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('core.wasm')).length;
    const elements = Array.from({ length: 10 }, (_, i) => machine(hello({ out: `number ${i}\n`, code: i })));
    const exits = await Promise.all(elements.map((element) => element.run()));
    expect(exits.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(elements.map(({ outputText }) => outputText)).toEqual(elements.map((_, i) => `number ${i}\n`));
    const fetched = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('core.wasm')).length;
    expect(fetched - before).toBeLessThanOrEqual(1);
  });

  test('loaded twice, the first registration stays', async () => {
    const first = customElements.get('ring3-machine');
    // Other URLs: another copy of the modules.
    const again = (name: string): Promise<unknown> => import(/* @vite-ignore */ new URL(`./${name}.ts?again`, import.meta.url).href);
    const [copy] = await Promise.all([again('machine-element'), again('define'), again('index')]);
    expect((copy as typeof import('./machine-element.js')).Ring3Machine).not.toBe(first);
    expect(customElements.get('ring3-machine')).toBe(first);
    const element = machine(cat(), '', '<ring3-file path="/a">b</ring3-file>');
    const run = element.run();
    await element.writeEnd();
    expect((await run).code).toBe(0);
  });

  test('off-screen it pauses where that is wanted, and goes on when seen', async () => {
    const spacer = place<HTMLElement>('<div style="height: 4000px"></div>');
    const element = machine(spin(), 'pause-offscreen');
    element.scrollIntoView();
    void element.run().catch(() => {});
    await until(() => element.state === 'running');
    scrollTo(0, 0);
    await until(() => element.state === 'paused');
    await element.updateComplete;
    expect(part(element, 'status')!.textContent).toBe('paused while out of sight');
    element.scrollIntoView();
    await until(() => element.state === 'running');
    // What its reader has paused stays so.
    await element.pause();
    scrollTo(0, 0);
    await turn(100);
    element.scrollIntoView();
    await turn(100);
    expect(element.state).toBe('paused');
    spacer.remove();
  });

  test('without it, being out of sight changes nothing', async () => {
    place<HTMLElement>('<div style="height: 4000px"></div>');
    const element = await running(spin());
    scrollTo(0, 0);
    await turn(100);
    expect(element.state).toBe('running');
  });
});

describe('states and parts', () => {
  test('custom states follow the run', async () => {
    const element = machine(cat());
    const now = (): string[] =>
      ['idle', 'loading', 'running', 'paused', 'exited', 'error'].filter((state) => element.matches(`:state(${state})`));
    expect(now()).toEqual(['idle']);
    const run = element.run();
    expect(now()).toEqual(['loading']);
    await until(() => element.state === 'running');
    expect(now()).toEqual(['running']);
    await element.pause();
    expect(now()).toEqual(['paused']);
    void element.run();
    await element.writeEnd();
    await run;
    expect(now()).toEqual(['exited']);
    await element.reset();
    expect(now()).toEqual(['idle']);
    element.layout = 'round' as 'linux';
    await expect(element.run()).rejects.toBeInstanceOf(Error);
    expect(now()).toEqual(['error']);
  });

  test('parts and custom properties style it', async () => {
    const style = place<HTMLStyleElement>(
      '<style>ring3-machine { --ring3-accent: rgb(1, 2, 3); --ring3-radius: 3px } ring3-machine::part(title) { letter-spacing: 7px }</style>',
    );
    const element = machine(hello());
    await element.updateComplete;
    expect(getComputedStyle(part(element, 'title')!).letterSpacing).toBe('7px');
    expect(getComputedStyle(part(element, 'frame')!).borderTopLeftRadius).toBe('3px');
    expect(getComputedStyle(part(element, 'primary-button')!).backgroundColor).toBe('rgb(1, 2, 3)');
    style.remove();
  });

  test('theme acts at once', async () => {
    const element = machine(hello());
    element.theme = 'light';
    await element.updateComplete;
    const background = (): string => getComputedStyle(part(element, 'frame')!).backgroundColor;
    const light = background();
    element.theme = 'dark';
    await element.updateComplete;
    expect(background()).not.toBe(light);
  });

  test('slots', async () => {
    const element = machine(
      hello(),
      '',
      '<b slot="title">My program</b><button slot="actions">More</button><i slot="footer">below</i><p id="fallback">This page needs JavaScript.</p>',
    );
    await element.updateComplete;
    for (const child of element.querySelectorAll('[slot]')) expect((child as HTMLElement).offsetWidth, child.outerHTML).toBeGreaterThan(0);
    expect(element.querySelector<HTMLElement>('#fallback')!.offsetWidth).toBe(0);
  });

  test('hidden hides it', async () => {
    const element = machine(hello());
    element.hidden = true;
    expect(element.offsetHeight).toBe(0);
  });
});

describe('for everybody', () => {
  test('the keyboard: every button by Tab, and the focus is never lost', async () => {
    const element = machine(cat(), 'picker');
    await element.updateComplete;
    const focused = (): string | null | undefined => element.shadowRoot!.activeElement?.textContent?.trim();
    const primary = part(element, 'primary-button')!;
    primary.focus();
    await userEvent.keyboard('{Enter}');
    await until(() => primary.textContent!.includes('Pause'));
    expect(focused()).toBe('Pause');
    await userEvent.keyboard(' ');
    await until(() => element.state === 'paused' && part(element, 'step-button'));
    expect(focused()).toBe('Continue');
    await userEvent.tab({ shift: true });
    expect(focused()).toBe('Stop');
    await userEvent.tab({ shift: true });
    expect(focused()).toBe('Step');
    await userEvent.tab();
    await userEvent.keyboard('{Enter}');
    await until(() => element.state === 'idle' && !part(element, 'stop-button'));
    expect(focused()).toBe('Run');
    await userEvent.tab({ shift: true });
    expect(focused()).toBe('Open…');
    await userEvent.tab();
    await userEvent.tab();
    expect(element.shadowRoot!.activeElement).toBe(part(element, 'output'));
  });

  test('live regions: the state at once, output in summaries', async () => {
    const element = machine(hello({ out: 'line\n'.repeat(300) }));
    await element.updateComplete;
    const [status, output] = ['[role=status]', '[aria-live=polite]'].map((selector) => element.shadowRoot!.querySelector(selector)!);
    const said: string[] = [];
    new MutationObserver(() => said.push(output!.textContent!)).observe(output!, { childList: true, subtree: true, characterData: true });
    await element.run();
    await element.updateComplete;
    expect(status!.textContent).toBe('exited with 0');
    await until(() => said.length > 0);
    expect(said[0]).toMatch(/^300 lines, the last ones: line/);
    expect(said[0]!.length).toBeLessThan(400);
    await turn(300);
    expect(said).toHaveLength(1);
    expect(part(element, 'output')!.getAttribute('aria-live')).toBe('off');
  });

  test('a right-to-left page: the frame is mirrored, output is not', async () => {
    const host = place<HTMLElement>('<div dir="rtl"></div>');
    const element = machine(hello());
    host.append(element);
    await element.run();
    await element.updateComplete;
    expect(getComputedStyle(part(element, 'output')!).direction).toBe('ltr');
    expect(part(element, 'title')!.getBoundingClientRect().left).toBeGreaterThan(
      part(element, 'primary-button')!.getBoundingClientRect().left,
    );
  });

  test('320 pixels are enough', async () => {
    const host = place<HTMLElement>('<div style="width: 320px"></div>');
    const element = machine(hello({ out: 'x'.repeat(500) }), 'picker pause-at="greet"');
    host.append(element);
    void element.run().catch(() => {});
    await until(() => part(element, 'where'));
    const { right } = host.getBoundingClientRect();
    for (const inside of element.shadowRoot!.querySelectorAll('.frame *')) {
      if (inside.closest('.visually-hidden, svg')) continue;
      expect(inside.getBoundingClientRect().right, inside.outerHTML.slice(0, 80)).toBeLessThanOrEqual(right);
    }
    expect(element.scrollWidth).toBeLessThanOrEqual(320);
  });

  const findings = async (): Promise<string[]> => {
    const { violations } = await axe.run(document.body, {
      // What is around the elements here is a test's page.
      rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'landmark-one-main': { enabled: false } },
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)}: ${failureSummary}`),
    );
  };

  test.each(['light', 'dark'])('axe finds nothing, %s', async (theme) => {
    const attributes = `theme="${theme}" picker`;
    const failed = machine(hello(), `${attributes} layout="round"`);
    await expect(failed.run()).rejects.toBeInstanceOf(Error);
    const paused = machine(hello(), `${attributes} pause-at="greet"`);
    void paused.run().catch(() => {});
    const ended = machine(hello({ err: 'an error\n', code: 1 }), attributes);
    await ended.run();
    const noticed = await running(sleep(), attributes);
    await noticed.open([new File(['x'], 'notes.txt')]);
    place(`<ring3-machine ${attributes}></ring3-machine>`);
    await until(() => part(paused, 'where'));
    expect(await findings()).toEqual([]);
  });
});
