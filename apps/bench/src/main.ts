// npm run bench, ring3 bench: what Ring3 costs against native.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { bench } from './bench.js';
import { type Options, parseOptions, UsageError, usage } from './options.js';
import { ring3Bundle } from './places.js';
import { ProgressLine } from './progress.js';
import { compareText } from './report/compare.js';
import { appendHistory, readHistory } from './report/history.js';
import { writeReportPage } from './report/page.js';
import { failures, textReport } from './report/text-report.js';
import type { BenchResult } from './result.js';

/** Read before anything is measured: a wrong name is to be told at once. @throws UsageError */
function readResult(file: string): BenchResult {
  let result: BenchResult;
  try {
    result = JSON.parse(readFileSync(file, 'utf8')) as BenchResult;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--compare ${file}: ${code === 'ENOENT' ? 'no such file' : (error as Error).message}`);
  }
  if (result.version !== 1) throw new UsageError(`--compare ${file}: not what --json wrote`);
  return result;
}

async function measure(options: Options): Promise<number> {
  const before = options.compare === null ? null : readResult(options.compare);
  const line = new ProgressLine();
  let result: BenchResult;
  try {
    result = await bench(options, line.show);
  } finally {
    line.end();
  }
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (result.rows.length > 0) appendHistory(result);
  process.stdout.write(textReport(result));
  if (before) process.stdout.write(`${compareText(before, result, options.compare!)}\n`);
  process.stdout.write(`plots: ${writeReportPage(result, readHistory())}\n`);
  return failures(result).length > 0 ? 1 : 0;
}

async function main(args: string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options) {
    process.stdout.write(usage);
    return 0;
  }
  if (platform() !== 'linux' || arch() !== 'x64') throw new UsageError('native runs are the yardstick: this needs x86-64 Linux');
  if (!existsSync(ring3Bundle)) throw new UsageError('the ring3 command is not built: npm run setup');
  return measure(options);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof UsageError ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`bench: ${message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
