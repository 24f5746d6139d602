#!/usr/bin/env node
import { loadBundle } from './bundle.js';

const { main } = loadBundle() ?? (await import('../dist/main.js'));
const status = await main(process.argv.slice(2));
for (const stream of [process.stdout, process.stderr]) {
  if (stream.writableLength > 0) await new Promise((resolve) => stream.write('', resolve));
}
// At once: by itself node would wait for V8's compiler threads, longer than a short run takes.
process.exit(status);
