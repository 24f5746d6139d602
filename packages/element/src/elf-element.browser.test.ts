import axe from 'axe-core';
import { afterEach, describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { collect, next } from '../testing/page.js';
import { hello, urlOf } from '../testing/programs.js';
import { Ring3Elf } from './index.js';

afterEach(() => document.body.replaceChildren());

const find = <E extends Element = HTMLElement>(element: Ring3Elf, selector: string): E => {
  const found = element.renderRoot.querySelector<E>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};
const all = (element: Ring3Elf, selector: string): HTMLElement[] => [...element.renderRoot.querySelectorAll<HTMLElement>(selector)];
const chosenBytes = (element: Ring3Elf): string =>
  all(element, '.byte.chosen')
    .map((byte) => byte.textContent!.trim())
    .join(' ');

async function shown(bytes: Uint8Array = sample()): Promise<Ring3Elf> {
  const element = new Ring3Elf();
  document.body.append(element);
  await element.showBytes('sample', bytes);
  return element;
}

/** A program with sections and symbols: header, one program header, code, names, symbols, section headers. */
function sample(): Uint8Array {
  const bytes = new Uint8Array(0x400);
  const view = new DataView(bytes.buffer);
  const text = (at: number, words: string): void => bytes.set(new TextEncoder().encode(words), at);
  const put = (at: number, ...fields: [size: 1 | 2 | 4 | 8, value: number][]): void => {
    for (const [size, value] of fields) {
      if (size === 1) view.setUint8(at, value);
      else if (size === 2) view.setUint16(at, value, true);
      else if (size === 4) view.setUint32(at, value, true);
      else view.setBigUint64(at, BigInt(value), true);
      at += size;
    }
  };
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  put(16, [2, 2], [2, 62], [4, 1], [8, 0x400078], [8, 64], [8, 0x200], [4, 0], [2, 64], [2, 56], [2, 1], [2, 64], [2, 5], [2, 4]);
  put(64, [4, 1], [4, 5], [8, 0], [8, 0x400000], [8, 0x400000], [8, 0x80], [8, 0x80], [8, 0x1000]);
  bytes.set([0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05, 0xc3], 0x78);
  text(0x80, '\0_start\0');
  put(0xa0 + 24, [4, 1], [1, 0x12], [1, 0], [2, 1], [8, 0x400078], [8, 7]);
  text(0x100, '\0.text\0.strtab\0.symtab\0.shstrtab\0');
  const section = (
    i: number,
    name: number,
    type: number,
    flags: number,
    address: number,
    at: number,
    size: number,
    link: number,
    entry: number,
  ): void => put(0x200 + 64 * i, [4, name], [4, type], [8, flags], [8, address], [8, at], [8, size], [4, link], [4, 1], [8, 1], [8, entry]);
  section(1, 1, 1, 6, 0x400078, 0x78, 8, 0, 0);
  section(2, 7, 3, 0, 0, 0x80, 8, 0, 0);
  section(3, 15, 2, 0, 0, 0xa0, 48, 2, 24);
  section(4, 23, 3, 0, 0, 0x100, 33, 0, 0);
  return bytes;
}

describe('<ring3-elf>', () => {
  test('shows what a file is, from a URL', async () => {
    const element = new Ring3Elf();
    element.src = urlOf(hello());
    document.body.append(element);
    await expect.poll(() => element.renderRoot.querySelector('.summary')?.textContent, { timeout: 15_000 }).toMatch(/ELF64, EXEC .*X86-64/);
    expect(
      all(element, '.byte')
        .slice(0, 4)
        .map((byte) => byte.textContent!.trim()),
    ).toEqual(['7f', '45', '4c', '46']);
  });

  test('a field chosen: its bytes are marked, and told', async () => {
    const element = await shown();
    const told = collect(element, 'ring3-select');
    await userEvent.click(all(element, 'td button').find((button) => button.textContent === 'e_entry')!);
    await element.updateComplete;
    expect(chosenBytes(element)).toBe('78 00 40 00 00 00 00 00');
    expect(told).toEqual([{ label: 'e_entry', start: 24, size: 8 }]);
    expect(find(element, '.where').textContent).toBe('0x18: ELF header, e_entry = 0x400078 (8 bytes from 0x18)');
  });

  test('a byte chosen: its field, its section, its symbol', async () => {
    const element = await shown();
    const choose = async (offset: number): Promise<string> => {
      const row = all(element, '.row').find((each) => each.getAttribute('aria-rowindex') === String(Math.floor(offset / 16) + 1))!;
      row.querySelectorAll<HTMLElement>('.byte')[offset % 16]!.click();
      await element.updateComplete;
      return `${find(element, '[role=tab][aria-selected=true]').textContent!.trim()}: ${find(element, '.where').textContent}`;
    };
    expect(await choose(0x10)).toBe('Header: 0x10: ELF header, e_type = EXEC (Executable file) (2 bytes from 0x10)');
    expect(await choose(0x50)).toMatch(/^Segments: 0x50: segment 0, p_vaddr = /);
    expect(await choose(0x7a)).toBe('Sections: 0x7a: .text (8 bytes from 0x78)');
    expect(await choose(0xb9)).toBe('Symbols: 0xb9: _start (24 bytes from 0xb8)');
  });

  test('sections and segments lead to each other', async () => {
    const element = await shown();
    await userEvent.click(find(element, '#tab-segments'));
    await userEvent.click(all(element, 'td button').find((button) => button.textContent === '.text')!);
    await element.updateComplete;
    expect(chosenBytes(element)).toBe('b8 3c 00 00 00 0f 05 c3');
    await userEvent.click(find(element, '#tab-sections'));
    const text = all(element, 'tr').find((row) => row.textContent!.includes('.text'))!;
    expect(text.classList.contains('chosen')).toBe(true);
  });

  test('with the keyboard alone', async () => {
    const element = await shown();
    find(element, '#tab-header').focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(find(element, '[role=tab][aria-selected=true]').id).toBe('tab-symbols');
    find(element, '.hex').focus();
    await userEvent.keyboard('{ArrowDown}{ArrowRight}{ArrowRight}{Enter}');
    await element.updateComplete;
    expect(find(element, '.where').textContent).toContain('e_machine = Advanced Micro Devices X86-64');
    await userEvent.keyboard('{Control>}{End}{/Control}');
    await element.updateComplete;
    expect(find(element, '.where').textContent).toMatch(/^0x3ff/);
    expect(find(element, '#cursor').getBoundingClientRect().bottom).toBeLessThanOrEqual(
      find(element, '.hex').getBoundingClientRect().bottom,
    );
  });

  test('a large file is drawn in part, to its very end', async () => {
    const bytes = new Uint8Array(24 << 20);
    bytes.set(sample());
    bytes[bytes.length - 1] = 0xaa;
    const element = await shown(bytes);
    expect(all(element, '.row').length).toBeLessThan(100);
    find(element, '.hex').focus();
    await userEvent.keyboard('{Control>}{End}{/Control}');
    await element.updateComplete;
    expect(find(element, '#cursor').textContent!.trim()).toBe('aa');
  });

  test('what is no ELF file, and what does not come, is said', async () => {
    const element = new Ring3Elf();
    document.body.append(element);
    const told = next(element, 'ring3-error');
    await element.showBytes('notes.txt', new TextEncoder().encode('no ELF file at all'));
    expect((await told).detail).toMatchObject({ id: 'file-error' });
    expect(find(element, '[role=alert]').textContent).toMatch(/notes\.txt: Not an ELF file/);
    const missing = next(element, 'ring3-error');
    element.src = '/there/is/no/such/file?for-a-test';
    expect(['fetch-failed', 'file-error']).toContain((await missing).detail.id);
    await element.showBytes('sample', sample());
    expect(element.renderRoot.querySelector('[role=alert]')).toBeNull();
  });

  test('a dropped file', async () => {
    const element = new Ring3Elf();
    document.body.append(element);
    await element.updateComplete;
    const files = new DataTransfer();
    files.items.add(new File([sample() as BlobPart], 'dropped'));
    element.dispatchEvent(new DragEvent('dragenter', { dataTransfer: files, bubbles: true, cancelable: true }));
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    await expect.poll(() => element.renderRoot.querySelector('.title')?.textContent, { timeout: 15_000 }).toBe('dropped');
  });

  test.each(['light', 'dark'] as const)('axe finds nothing, %s', async (theme) => {
    const element = await shown();
    element.theme = theme;
    document.body.style.background = theme === 'dark' ? '#0d1117' : '#fff';
    for (const tab of ['header', 'segments', 'sections', 'symbols']) {
      find(element, `#tab-${tab}`).click();
      all(element, 'td button').at(0)?.click();
      await element.updateComplete;
      const { violations } = await axe.run(element, { rules: { region: { enabled: false } } });
      expect(violations.map(({ id, nodes }) => `${tab} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)).toEqual([]);
    }
    document.body.style.background = '';
  });
});
