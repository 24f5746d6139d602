#!/usr/bin/env node
// CommonJS: node starts some milliseconds sooner than with modules.
const { load } = require('./bundle.js');

load('main').then(async ({ main }) => {
  const status = await main(process.argv.slice(2));
  // At once: by itself node would wait for V8's compiler threads, longer than a short run takes.
  process.exit(status);
});
