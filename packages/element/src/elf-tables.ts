import type { TemplateResult } from 'lit';
import { html, nothing } from './elf-lit.js';
import type { ElfModel, ElfPlace, ElfTab, FieldRow, SectionRow, SegmentRow } from './elf-types.js';

/** Symbols that are listed at a time: a filter finds the others. */
const MOST_SYMBOLS = 500;

/** What the tables show, and who is told of what is chosen. */
export interface ElfTables {
  model: ElfModel;
  chosen: ElfPlace | null;
  /** The segment or section whose fields are open. */
  open: string | null;
  filter: string;
  choose(place: ElfPlace): void;
  toggle(label: string): void;
  search(text: string): void;
}

function placeButton({ chosen, choose }: ElfTables, place: ElfPlace | null, text: string): TemplateResult | string {
  if (!place) return text;
  const isChosen = chosen?.start === place.start && chosen.size === place.size;
  return html`<button part="place" aria-pressed=${isChosen} @click=${() => choose(place)}>${text}</button>`;
}

const rowClass = ({ chosen }: ElfTables, place: ElfPlace): string =>
  chosen && chosen.start >= place.start && chosen.start + chosen.size <= place.start + place.size ? 'chosen' : '';

function fieldTable(tables: ElfTables, fields: readonly FieldRow[], caption: string): TemplateResult {
  return html`<table aria-label=${caption}>
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Value</th>
        <th scope="col">Offset</th>
      </tr>
    </thead>
    <tbody>
      ${fields.map(
        (field) =>
          html`<tr class=${rowClass(tables, field)}>
            <td>${placeButton(tables, field, field.label)}</td>
            <td class="text">${field.text}</td>
            <td>0x${field.start.toString(16)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function headerButtons(tables: ElfTables, row: SegmentRow | SectionRow): TemplateResult {
  const isOpen = tables.open === row.label;
  return html`<button part="place" aria-expanded=${isOpen} @click=${() => tables.toggle(row.label)}>fields</button>`;
}

function openFields(tables: ElfTables, row: SegmentRow | SectionRow, columns: number): TemplateResult | typeof nothing {
  if (tables.open !== row.label) return nothing;
  return html`<tr>
    <td colspan=${columns}>${fieldTable(tables, row.fields, `Header of ${row.label}`)}</td>
  </tr>`;
}

function segmentTable(tables: ElfTables): TemplateResult {
  const { model } = tables;
  return html`<table aria-label="Segments">
    <thead>
      <tr>
        ${['Type', 'Flags', 'Address', 'Header', 'Sections'].map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${model.segments.map(
        (row) =>
          html`<tr class=${row.content ? rowClass(tables, row.content) : ''}>
              <td>${placeButton(tables, row.content, row.type)}</td>
              <td>${row.flags}</td>
              <td>${row.address}</td>
              <td>${headerButtons(tables, row)}</td>
              <td class="text">
                ${row.sections.map((index) => placeButton(tables, model.sections[index]!.content, model.sections[index]!.label))}
              </td>
            </tr>
            ${openFields(tables, row, 5)}`,
      )}
    </tbody>
  </table>`;
}

function sectionTable(tables: ElfTables): TemplateResult {
  const { model } = tables;
  return html`<table aria-label="Sections">
    <thead>
      <tr>
        ${['Name', 'Type', 'Flags', 'Address', 'Header', 'Segments'].map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${model.sections.map(
        (row) =>
          html`<tr class=${row.content ? rowClass(tables, row.content) : ''}>
              <td><span class="swatch k-${row.kind}"></span>${placeButton(tables, row.content, row.label)}</td>
              <td>${row.type}</td>
              <td>${row.flags}</td>
              <td>${row.address}</td>
              <td>${headerButtons(tables, row)}</td>
              <td>${row.segments.map((index) => placeButton(tables, model.segments[index]!.content, String(index)))}</td>
            </tr>
            ${openFields(tables, row, 6)}`,
      )}
    </tbody>
  </table>`;
}

function symbolTable(tables: ElfTables): TemplateResult {
  const { model, filter } = tables;
  const found = filter === '' ? model.symbols : model.symbols.filter(({ label }) => label.includes(filter));
  const shown = found.slice(0, MOST_SYMBOLS);
  return html`<label class="filter"
      >Filter
      <input type="search" .value=${filter} @input=${(event: InputEvent) => tables.search((event.target as HTMLInputElement).value)} /><span
        role="status"
        >${shown.length < found.length ? `${shown.length} of ${found.length}` : found.length}</span
      ></label
    >
    <table aria-label="Symbols">
      <thead>
        <tr>
          ${['Name', 'Value', 'Size', 'Type', 'Entry'].map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          (row) =>
            html`<tr class=${rowClass(tables, row)}>
              <td class="text">${placeButton(tables, row.content, row.label)}</td>
              <td>${row.value}</td>
              <td>${row.bytes}</td>
              <td>${row.type}</td>
              <td>${placeButton(tables, row, row.table)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

export function elfTable(tab: ElfTab, tables: ElfTables): TemplateResult {
  switch (tab) {
    case 'header':
      return fieldTable(tables, tables.model.header, 'ELF header');
    case 'segments':
      return segmentTable(tables);
    case 'sections':
      return sectionTable(tables);
    case 'symbols':
      return symbolTable(tables);
  }
}

/** The tab in which a place is listed. */
export function tabOf(model: ElfModel, place: ElfPlace): ElfTab {
  if (model.header.includes(place as FieldRow)) return 'header';
  const isIn = (rows: readonly (SegmentRow | SectionRow)[]): boolean =>
    rows.some((row) => row === place || row.content === place || row.fields.includes(place as FieldRow));
  if (isIn(model.segments)) return 'segments';
  return isIn(model.sections) ? 'sections' : 'symbols';
}
