// A thread of ring3 batch: the same script as the command, with the same code cache.
import { loadBundle } from './bundle.js';

const { serveJobs } = loadBundle() ?? (await import('../dist/main.js'));
serveJobs();
