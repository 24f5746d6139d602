/**
 * The engine's worker. A script of another origin cannot be one, but a module that imports it can: so a page that loads this from a
 * CDN runs too. Bundlers recognize `new Worker(new URL(…))` as it stands here, word by word.
 */
export function startWorker(workerUrl: string | undefined): Worker {
  if (workerUrl !== undefined) return new Worker(new URL(workerUrl, document.baseURI), { type: 'module', name: 'ring3' });
  // The core is where the scripts are, and too large to be made a data: URL, as a bundler may do with small files.
  // A bundler's own URL class may have a relative address, and no origin.
  const { href } = new URL('./core.wasm', import.meta.url);
  const { origin } = new URL(href, location.href);
  if (origin === location.origin) return new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'ring3' });
  const source = new Blob([`import ${JSON.stringify(new URL('./worker.js', import.meta.url).href)};`], { type: 'text/javascript' });
  const blob = URL.createObjectURL(source);
  const worker = new Worker(blob, { type: 'module', name: 'ring3' });
  // The worker has fetched it once its first message is answered; a later moment costs nothing.
  setTimeout(() => URL.revokeObjectURL(blob), 60_000);
  return worker;
}
