import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, pageFolder } from '../places.js';
import type { BenchResult } from '../result.js';
import { goalStates } from './goals.js';
import type { HistoryEntry, PageData } from './page-data.js';

export const pageFile = join(cache, 'report.html');

const style = `
:root { color-scheme: light dark; --text: #1b1f24; --faint: #57606a; --line: #d0d7de; --back: #ffffff; --good: #1a7f37; --bad: #b42318; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --faint: #9aa4af; --line: #3a424c; --back: #0f1318; --good: #4ac26b; --bad: #ff8a7a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0 0 0.25rem; font-weight: 600; }
p, dl { margin: 0.25rem 0 1rem; color: var(--faint); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.9rem 0.2rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: normal; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--faint); }
.reached { color: var(--good); }
.missed { color: var(--bad); }
.chart { position: relative; }
.grid { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 23rem), 1fr)); }
`;

/** Text inside a script element. */
function inScript(text: string): string {
  return text.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--');
}

/** One file that needs no other. @throws Error the page's script is not built */
export function reportPage(result: BenchResult, history: readonly HistoryEntry[]): string {
  const script = join(pageFolder, 'report.js');
  if (!existsSync(script)) throw new Error(`${script} is not built (npm run build)`);
  const goals = goalStates(result).map(({ goal: { what, elsewhere, limit, unit }, figure, reached }) => ({
    what,
    elsewhere,
    limit,
    unit,
    figure,
    reached,
  }));
  const data: PageData = { result, history: [...history], goals };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ring3 against native</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main></main>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${inScript(readFileSync(script, 'utf8'))}</script>
</body>
</html>
`;
}

export function writeReportPage(result: BenchResult, history: readonly HistoryEntry[]): string {
  writeFileSync(pageFile, reportPage(result, history));
  return pageFile;
}
