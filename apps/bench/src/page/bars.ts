import type { ChartDataset, Plugin } from 'chart.js';
import type { EngineInfo, Row } from '../result.js';
import { chartBox, digits, tick } from './dom.js';
import { Chart, colorOf, text } from './theme.js';

type Bars = ChartDataset<'bar', (number | null)[]> & { engine: string };

/** A line where native is, and from the least to the greatest of the rounds over each bar. */
function whiskers(rows: readonly Row[]): Plugin<'bar'> {
  return {
    id: 'whiskers',
    afterDatasetsDraw(chart) {
      const { ctx } = chart;
      const scale = chart.scales['x']!;
      ctx.save();
      ctx.strokeStyle = text;
      ctx.lineWidth = 1.25;
      ctx.beginPath();
      const one = scale.getPixelForValue(1);
      ctx.moveTo(one, chart.chartArea.top);
      ctx.lineTo(one, chart.chartArea.bottom);
      for (const [i, dataset] of (chart.data.datasets as Bars[]).entries()) {
        if (!chart.isDatasetVisible(i)) continue;
        for (const [j, bar] of chart.getDatasetMeta(i).data.entries()) {
          const ratio = rows[j]?.measured[dataset.engine]?.ratio;
          if (!ratio) continue;
          const [from, to] = [scale.getPixelForValue(ratio.min), scale.getPixelForValue(ratio.max)];
          ctx.moveTo(from, bar.y);
          ctx.lineTo(to, bar.y);
          for (const end of [from, to]) {
            ctx.moveTo(end, bar.y - 3);
            ctx.lineTo(end, bar.y + 3);
          }
        }
      }
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** Ratios to native, on a logarithmic scale: a bar for each engine beside each other, by workload. */
export function barChart(title: string, rows: readonly Row[], engines: readonly EngineInfo[]): HTMLElement {
  const shown = engines.filter(({ id }) => rows.some((row) => row.measured[id]));
  const datasets: Bars[] = shown.map(({ id, label }) => ({
    engine: id,
    label,
    data: rows.map((row) => row.measured[id]?.ratio.median ?? null),
    backgroundColor: colorOf(id),
  }));
  const least = Math.min(1, ...rows.flatMap((row) => Object.values(row.measured).map(({ ratio }) => ratio.min)));
  const spoken = rows.map(
    (row) =>
      `${row.name} ${shown.map(({ id, label }) => `${label} ${row.measured[id] ? digits(row.measured[id].ratio.median) : 'none'}`).join(', ')}`,
  );
  const { box, canvas } = chartBox(`${title}. ${spoken.join('; ')}`, 70 + rows.length * (10 + 14 * shown.length));
  // Chart.js measures what it stands in: that is not in the page before this returns.
  queueMicrotask(
    () =>
      new Chart(canvas, {
        type: 'bar',
        data: { labels: rows.map(({ name }) => name), datasets },
        plugins: [whiskers(rows)],
        options: {
          indexAxis: 'y',
          scales: {
            x: {
              type: 'logarithmic',
              // The shortest bar has a length, too.
              min: Math.min(0.5, least / 2),
              title: { display: true, text: '× native' },
              ticks: { callback: (value) => tick(Number(value)) },
            },
            y: { grid: { display: false }, ticks: { autoSkip: false } },
          },
          plugins: {
            tooltip: {
              callbacks: {
                title: ([item]) => `${rows[item!.dataIndex]!.name}: ${rows[item!.dataIndex]!.about}`,
                label: (item) => {
                  const { ratio, cpu, mips } = rows[item.dataIndex]!.measured[(item.dataset as Bars).engine]!;
                  const speed = mips === null ? '' : `, ${mips.toFixed(0)} MIPS`;
                  return `${item.dataset.label}: ${digits(ratio.median)} × (${digits(ratio.min)}–${digits(ratio.max)}), ${cpu.median.toFixed(2)} s${speed}`;
                },
              },
            },
          },
        },
      }),
  );
  return box;
}
