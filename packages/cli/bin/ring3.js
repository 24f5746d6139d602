#!/usr/bin/env node
import { loadBundle } from './bundle.js';

const { main } = loadBundle() ?? (await import('../dist/main.js'));
process.exitCode = await main(process.argv.slice(2));
