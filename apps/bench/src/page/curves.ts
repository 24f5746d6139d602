import type { Curve, EngineInfo } from '../result.js';
import { chartBox, digits, element, tick } from './dom.js';
import { Chart, colorOf } from './theme.js';

/** Speed of one workload over time, a line for each engine. */
export function curveChart(name: string, curves: readonly Curve[], engines: readonly EngineInfo[]): HTMLElement {
  const own = curves.filter((curve) => curve.name === name);
  const figure = element('section');
  const { box, canvas } = chartBox(`${name}: speed over time`, 240);
  figure.append(element('h3', name), box);
  queueMicrotask(
    () =>
      new Chart(canvas, {
        type: 'line',
        data: {
          datasets: own.map(({ engine, points }) => ({
            label: engines.find(({ id }) => id === engine)?.label ?? engine,
            data: points.map(({ time, speed }) => ({ x: time, y: speed })),
            borderColor: colorOf(engine),
            backgroundColor: colorOf(engine),
            borderDash: engine === 'native' ? [4, 4] : [],
            borderWidth: 2,
            pointRadius: 0,
            stepped: 'after' as const,
          })),
        },
        options: {
          interaction: { mode: 'nearest', axis: 'x', intersect: false },
          scales: {
            x: {
              type: 'logarithmic',
              title: { display: true, text: 'CPU seconds' },
              ticks: { callback: (value) => tick(Number(value)), autoSkipPadding: 12 },
            },
            y: {
              type: 'logarithmic',
              suggestedMin: 0.01,
              title: { display: true, text: 'of native' },
              ticks: { callback: (value) => tick(Number(value)) },
            },
          },
          plugins: {
            legend: { labels: { boxHeight: 2, boxWidth: 18 } },
            tooltip: {
              callbacks: {
                title: ([item]) => `${item!.parsed.x!.toFixed(3)} s`,
                label: (item) => `${item.dataset.label}: ${digits(item.parsed.y!)}`,
              },
            },
          },
        },
      }),
  );
  return figure;
}
