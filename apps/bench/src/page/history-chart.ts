import type { HistoryEntry } from '../report/page-data.js';
import type { EngineInfo } from '../result.js';
import { chartBox, digits, element, heading } from './dom.js';
import { Chart, colorOf } from './theme.js';

const means: Readonly<Record<string, string>> = { long: 'CPU workloads of 2 s', short: 'CPU workloads of 0.2 s', quick: 'quick runs' };

const sizes: Readonly<Record<string, string>> = { long: ' (2 s)', short: ' (0.2 s)', whole: '', quick: ' (quick)' };

/** What a run found for a key, 'size/name' or a size: then the geometric mean over what all drawn runs have. */
function figure(entry: HistoryEntry, engine: string, key: string, common: ReadonlySet<string>): number | null {
  const ratios = entry.ratios[engine] ?? {};
  if (!(key in means)) return ratios[key] ?? null;
  const values = [...common].filter((one) => one.startsWith(`${key}/`)).map((one) => ratios[one]);
  if (values.length === 0 || values.some((value) => value === undefined)) return null;
  return Math.exp(values.reduce<number>((sum, value) => sum + Math.log(value!), 0) / values.length);
}

/** Names that the newest run with the most of them has: older runs that lack one are left out of a mean. */
function commonKeys(history: readonly HistoryEntry[], engine: string, size: string): Set<string> {
  let keys: string[] = [];
  for (const { ratios } of history) {
    const own = Object.keys(ratios[engine] ?? {}).filter((key) => key.startsWith(`${size}/`));
    if (own.length >= keys.length) keys = own;
  }
  return new Set(keys);
}

function labelOf({ commit, dirty, date }: HistoryEntry): string[] {
  return [`${commit?.slice(0, 7) ?? '?'}${dirty ? '+' : ''}`, date.slice(5, 16).replace('T', ' ')];
}

/** Ratios to native from run to run, for one workload or a mean that the reader chooses. */
export function historySection(all: readonly HistoryEntry[], engines: readonly EngineInfo[]): HTMLElement[] {
  // Other amounts of work have other ratios.
  const history = all.filter(({ scale }) => scale === 1);
  const keys = [...new Set(history.flatMap(({ ratios }) => Object.values(ratios).flatMap((own) => Object.keys(own))))];
  const ids = [...new Set(history.flatMap(({ ratios }) => Object.keys(ratios)))];
  if (keys.length === 0) return [];
  const choice = element('select');
  const groups = Object.keys(means).filter((size) => keys.some((key) => key.startsWith(`${size}/`)));
  for (const size of groups) choice.append(new Option(`${means[size]!}, geometric mean`, size));
  for (const key of keys) {
    const [size, name] = key.split('/');
    choice.append(new Option(`${name}${sizes[size!]}`, key));
  }
  const label = element('label', 'Shown: ');
  label.append(choice);
  const { box, canvas } = chartBox('Ratio to native from run to run', 320);
  const chart = (): Chart<'line', (number | null)[]> => {
    const key = choice.value;
    const figures = ids.map((id) => {
      const common = commonKeys(history, id, key);
      return history.map((entry) => figure(entry, id, key, common));
    });
    const measured = history.map((_, i) => figures.some((own) => own[i] !== null));
    return new Chart(canvas, {
      type: 'line',
      data: {
        labels: history.filter((_, i) => measured[i]).map(labelOf),
        datasets: ids.map((id, i) => ({
          label: engines.find((one) => one.id === id)?.label ?? id,
          data: figures[i]!.filter((_, j) => measured[j]),
          borderColor: colorOf(id),
          backgroundColor: colorOf(id),
          borderWidth: 2,
          pointRadius: 3,
          spanGaps: true,
        })),
      },
      options: {
        interaction: { mode: 'index', intersect: false },
        scales: { y: { type: 'linear', beginAtZero: true, title: { display: true, text: '× native' } }, x: { ticks: { maxRotation: 0 } } },
        plugins: { tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${digits(item.parsed.y!)} ×` } } },
      },
    });
  };
  queueMicrotask(() => {
    let shown = chart();
    choice.addEventListener('change', () => {
      shown.destroy();
      shown = chart();
    });
  });
  return [
    heading('History'),
    element('p', 'Each run on this machine, by commit; + where something differed from it. Less is better.'),
    label,
    box,
  ];
}
