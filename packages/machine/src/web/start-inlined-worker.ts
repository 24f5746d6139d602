interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

let policy: { createScriptURL(url: string): string } | null = null;
let blobUrl: string | null = null;

/**
 * The engine's worker from its source, which the bundle carries: the same for a page of any origin. A page whose policy forbids blob:
 * workers names a script of its own (a copy of ring3-worker.js).
 * @param base folder of the bundle's other files, as a URL: inside a blob there are no relative addresses. Null: it needs none, as a
 * page from a disk, where only a classic worker starts
 */
export function startInlinedWorker(workerUrl: string | undefined, source: string, base: string | null): Worker {
  if (workerUrl !== undefined) return start(new URL(workerUrl, document.baseURI).href, 'module');
  const before = base === null ? '' : `const ring3Base=${JSON.stringify(base)};`;
  blobUrl ??= URL.createObjectURL(new Blob([before, source], { type: 'text/javascript' }));
  return start(blobUrl, base === null ? 'classic' : 'module');
}

/** Pages that require Trusted Types allow the policy `ring3`. */
function start(url: string, type: WorkerType): Worker {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (types) policy ??= types.createPolicy('ring3', { createScriptURL: (text) => text });
  return new Worker(policy ? policy.createScriptURL(url) : url, { type, name: 'ring3' });
}
