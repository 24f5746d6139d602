interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

let url: string | null = null;

/**
 * The engine's worker from its source, which the bundle carries: the same for a page of any origin. A page whose policy forbids blob:
 * workers names a script of its own.
 */
export function startInlinedWorker(workerUrl: string | undefined, source: string): Worker {
  if (workerUrl !== undefined) return new Worker(new URL(workerUrl, document.baseURI), { type: 'module', name: 'ring3' });
  url ??= trusted(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  return new Worker(url, { type: 'module', name: 'ring3' });
}

/** Pages that require Trusted Types allow the policy `ring3`. */
function trusted(blobUrl: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  return types ? types.createPolicy('ring3', { createScriptURL: (text) => text }).createScriptURL(blobUrl) : blobUrl;
}
