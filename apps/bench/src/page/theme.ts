import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
);

const style = getComputedStyle(document.documentElement);
export const text = style.getPropertyValue('--text').trim();
export const line = style.getPropertyValue('--line').trim();
Chart.defaults.color = style.getPropertyValue('--faint').trim();
Chart.defaults.borderColor = line;
Chart.defaults.font.family = 'system-ui, sans-serif';
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.animation = false;
if (matchMedia('(prefers-color-scheme: dark)').matches) Chart.defaults.backgroundColor = '#0f1318';

/** An engine has one colour on the whole page. Okabe and Ito's, which all eyes can tell apart. */
const colors: Readonly<Record<string, string>> = {
  node: '#0072b2',
  'node-interp': '#56b4e9',
  chromium: '#d55e00',
  'chromium-interp': '#e69f00',
  'qemu-user': '#009e73',
  blink: '#cc79a7',
  wasmtime: '#8a8f98',
  native: '#8a8f98',
};

export function colorOf(engine: string): string {
  return colors[engine] ?? '#8a8f98';
}

export { Chart };
