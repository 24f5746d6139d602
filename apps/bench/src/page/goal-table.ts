import type { PageData } from '../report/page-data.js';
import { digits, element } from './dom.js';

export function goalTable(goals: PageData['goals']): HTMLElement {
  const table = element('table');
  const head = table.createTHead().insertRow();
  for (const title of ['', 'elsewhere', 'goal', 'here', '']) {
    const cell = element('th', title);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { what, elsewhere, limit, unit, figure, reached } of goals) {
    const row = body.insertRow();
    const name = element('th', what);
    name.scope = 'row';
    row.append(name, element('td', elsewhere), element('td', `≤ ${limit} ${unit}`));
    row.append(element('td', figure === null ? 'not measured' : `${digits(figure)} ${unit}`));
    const state = element('td', reached === null ? '' : reached ? 'reached' : 'missed');
    state.className = state.textContent;
    row.append(state);
  }
  const wide = element('div');
  wide.className = 'wide';
  wide.append(table);
  return wide;
}
