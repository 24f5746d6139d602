import { fileURLToPath } from 'node:url';

/** Seen from dist and from src alike: both lie in apps/bench. */
const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const checkout = here('../../');
/** The C files of the workloads, and the scripts that interpreters run. */
export const workloadSources = here('workloads/');
export const scripts = here('programs/');
export const timerSource = here('src/engines/cpu-time.c');
/** What `npm run build` makes for browsers. */
export const pageFolder = here('dist/page/');
export const ring3Command = here('../../packages/cli/bin/ring3.js');
export const ring3Bundle = here('../../packages/cli/dist/main.js');
/** Everything that a run makes: programs, inputs, history, the page. */
export const cache = here('../../.cache/bench/');
