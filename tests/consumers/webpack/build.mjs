import { fileURLToPath } from 'node:url';
import webpack from 'webpack';

const folder = fileURLToPath(new URL('.', import.meta.url));
webpack(
  {
    mode: 'production',
    context: folder,
    entry: './main.js',
    output: { path: `${folder}dist`, filename: 'main.js' },
    performance: false,
  },
  (error, stats) => {
    if (error) throw error;
    console.log(stats.toString({ all: false, errors: true, warnings: true, assets: true }));
    if (stats.hasErrors() || stats.hasWarnings()) process.exitCode = 1;
  },
);
