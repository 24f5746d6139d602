// The script of the report's page as one file, to stand inside it: dist/page/report.js.
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const bundle = await rolldown({ input: file('src/page/report.ts'), platform: 'browser' });
await bundle.write({ file: file('dist/page/report.js'), format: 'iife', minify: true });
