interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

let policy: { createScriptURL(url: string): string } | null = null;
let blobUrl: string | null = null;

/**
 * The engine's worker from its source, which the bundle carries: the same for a page of any origin. A page whose policy forbids blob:
 * workers names a script of its own (a copy of ring3-worker.js).
 * @param base folder of the bundle's other files, as a URL: inside a blob there are no relative addresses
 */
export function startInlinedWorker(workerUrl: string | undefined, source: string, base: string): Worker {
  if (workerUrl !== undefined) return start(new URL(workerUrl, document.baseURI).href);
  blobUrl ??= URL.createObjectURL(new Blob([`const ring3Base=${JSON.stringify(base)};`, source], { type: 'text/javascript' }));
  return start(blobUrl);
}

/** Pages that require Trusted Types allow the policy `ring3`. */
function start(url: string): Worker {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (types) policy ??= types.createPolicy('ring3', { createScriptURL: (text) => text });
  return new Worker(policy ? policy.createScriptURL(url) : url, { type: 'module', name: 'ring3' });
}
