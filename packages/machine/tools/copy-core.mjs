// The core beside the scripts that a page loads, where bundlers and plain servers find it by a relative URL.
import { copyFileSync } from 'node:fs';

copyFileSync(new URL('../../core/dist/core.wasm', import.meta.url), new URL('../dist/web/core.wasm', import.meta.url));
