import type { PageData } from '../report/page-data.js';
import { barChart } from './bars.js';
import { curveChart } from './curves.js';
import { element, heading } from './dom.js';
import { goalTable } from './goal-table.js';
import { historySection } from './history-chart.js';
import type { Row } from '../result.js';

const data = JSON.parse(document.querySelector('#data')!.textContent) as PageData;
const { result } = data;
const main = document.querySelector('main')!;

const commit = `${result.commit?.slice(0, 10) ?? 'no commit'}${result.dirty ? ' and changes' : ''}`;
main.append(
  element('h1', 'Ring3 against native'),
  element(
    'p',
    `${result.date} · ${commit} · ${result.cpu} · ${result.rounds} round${result.rounds === 1 ? '' : 's'}${result.quick ? ' · quick' : ''}${result.scale === 1 ? '' : ` · ${result.scale} of the work`}`,
  ),
  element('p', result.engines.map(({ label, detail }) => `${label}: ${detail}`).join(' · ')),
  heading('The goal'),
  goalTable(data.goals),
);

const sections: [string, (row: Row) => boolean][] = [
  ['CPU workloads, about 2 s native', (row) => row.kind === 'cpu' && row.size === 'long'],
  ['CPU workloads, about 0.2 s native', (row) => row.kind === 'cpu' && row.size === 'short'],
  ['CPU workloads, about 0.1 s native', (row) => row.kind === 'cpu' && row.size === 'quick'],
  ['Operations', (row) => row.kind === 'operation'],
  ['Programs', (row) => row.kind === 'program'],
];
for (const [title, choose] of sections) {
  const rows = result.rows.filter(choose);
  if (rows.length === 0) continue;
  main.append(
    heading(title),
    element('p', 'CPU time as a multiple of native: medians, with the least and the greatest of all rounds. Less is better.'),
  );
  main.append(barChart(title, rows, result.engines));
}

if (result.curves.length > 0) {
  main.append(
    heading('Warm-up'),
    element(
      'p',
      'Speed at each moment, as a share of native’s, against seconds of CPU time since the program was asked for. More is better.',
    ),
  );
  const grid = element('div');
  grid.className = 'grid';
  for (const name of new Set(result.curves.map((curve) => curve.name))) grid.append(curveChart(name, result.curves, result.engines));
  main.append(grid);
}

main.append(...historySection(data.history, result.engines));
