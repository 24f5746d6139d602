import type { TemplateResult } from 'lit';
import { html, nothing } from './elf-lit.js';
import type { ElfModel, ElfPlace } from './elf-types.js';

export const BYTES_PER_ROW = 16;
const ROW_HEIGHT = 20;
/** Browsers draw no taller elements: beyond that a scroll bar's pixel stands for more than one row. */
const TALLEST = 8_000_000;
/** Rows above and below what is seen. */
const MARGIN = 4;

/** What a hex view shows, and who is told of clicks. */
export interface HexView {
  model: ElfModel;
  scrollTop: number;
  /** Height of what is seen, in pixels. */
  height: number;
  /** The byte that the keyboard is at. */
  cursor: number;
  chosen: ElfPlace | null;
  choose(offset: number): void;
}

const rowCount = (model: ElfModel): number => Math.max(1, Math.ceil(model.bytes.length / BYTES_PER_ROW));

function contentHeight(model: ElfModel): number {
  return Math.min(TALLEST, rowCount(model) * ROW_HEIGHT);
}

/** The first row that is seen at a place of the scroll bar, with a fraction. */
function firstRow(model: ElfModel, scrollTop: number, height: number): number {
  const whole = contentHeight(model);
  if (whole < TALLEST) return scrollTop / ROW_HEIGHT;
  return (scrollTop / (whole - height)) * (rowCount(model) - height / ROW_HEIGHT);
}

/** Where the scroll bar has to be for a byte to be seen; the present place where it is seen already. */
export function scrollFor({ model, height, scrollTop }: Pick<HexView, 'model' | 'height' | 'scrollTop'>, offset: number): number {
  const row = Math.floor(offset / BYTES_PER_ROW);
  const first = firstRow(model, scrollTop, height);
  if (row >= first && row + 1 <= first + height / ROW_HEIGHT) return scrollTop;
  const wanted = Math.max(0, row - Math.floor(height / ROW_HEIGHT / 3));
  const whole = contentHeight(model);
  if (whole < TALLEST) return wanted * ROW_HEIGHT;
  return (wanted / (rowCount(model) - height / ROW_HEIGHT)) * (whole - height);
}

/** The rows that are seen, sixteen bytes each: offset, bytes, characters. A grid of the keyboard's, with one place in the order of tabs. */
export function hexRows(view: HexView): TemplateResult {
  const { model, scrollTop, height } = view;
  const rows = rowCount(model);
  const top = firstRow(model, scrollTop, height);
  const from = Math.max(0, Math.floor(top) - MARGIN);
  const to = Math.min(rows, Math.ceil(top + height / ROW_HEIGHT) + MARGIN);
  const digits = Math.max(6, (model.bytes.length - 1).toString(16).length);
  const list: TemplateResult[] = [];
  for (let row = from; row < to; row++) list.push(hexRow(view, row, scrollTop + (row - top) * ROW_HEIGHT, digits));
  return html`<div
      role="presentation"
      .style=${`height: ${contentHeight(model)}px; width: calc(${digits + 3 * BYTES_PER_ROW}ch + 144px)`}
    ></div>
    ${list}`;
}

function hexRow({ model, cursor, chosen, choose }: HexView, row: number, y: number, digits: number): TemplateResult {
  const start = row * BYTES_PER_ROW;
  const { bytes } = model;
  const offsets = Array.from({ length: Math.min(BYTES_PER_ROW, bytes.length - start) }, (_, i) => start + i);
  const isChosen = (offset: number): boolean => chosen !== null && offset >= chosen.start && offset < chosen.start + chosen.size;
  const classes = (offset: number, own: string): string =>
    `${own} k-${model.kind(offset)}${isChosen(offset) ? ' chosen' : ''}${offset === cursor ? ' cursor' : ''}`;
  return html`<div class="row" role="row" aria-rowindex=${row + 1} .style=${`top: ${y}px`}>
    <span class="offset" role="rowheader">${start.toString(16).padStart(digits, '0')}</span>
    ${offsets.map(
      (offset) =>
        html`<span
          class=${classes(offset, 'byte')}
          role="gridcell"
          id=${offset === cursor ? 'cursor' : nothing}
          aria-selected=${isChosen(offset)}
          @click=${() => choose(offset)}
          >${bytes[offset]!.toString(16).padStart(2, '0')}</span
        >`,
    )}
    <span class="chars" role="gridcell"
      >${offsets.map((offset) => html`<span class=${isChosen(offset) ? 'char chosen' : 'char'}>${character(bytes[offset]!)}</span>`)}</span
    >
  </div>`;
}

function character(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

/** Where a key takes the cursor; null: it is no key of the grid. */
export function moved(cursor: number, { key, ctrlKey }: KeyboardEvent, size: number, rowsSeen: number): number | null {
  const to = target(cursor, key, ctrlKey, size, Math.max(1, rowsSeen - 1) * BYTES_PER_ROW);
  return to === null ? null : Math.max(0, Math.min(size - 1, to));
}

function target(cursor: number, key: string, ctrl: boolean, size: number, page: number): number | null {
  const rowStart = cursor - (cursor % BYTES_PER_ROW);
  switch (key) {
    case 'ArrowLeft':
      return cursor - 1;
    case 'ArrowRight':
      return cursor + 1;
    case 'ArrowUp':
      return cursor - BYTES_PER_ROW;
    case 'ArrowDown':
      return cursor + BYTES_PER_ROW;
    case 'PageUp':
      return cursor - page;
    case 'PageDown':
      return cursor + page;
    case 'Home':
      return ctrl ? 0 : rowStart;
    case 'End':
      return ctrl ? size - 1 : rowStart + BYTES_PER_ROW - 1;
    default:
      return null;
  }
}

export function rowsSeen(height: number): number {
  return Math.floor(height / ROW_HEIGHT);
}
