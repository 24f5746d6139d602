/** The core's bytes: a file beside this script. A bundle that carries them has inlined-core.ts in its place. @throws TypeError, Error */
export async function fetchCore(): Promise<ArrayBuffer> {
  const url = new URL('./core.wasm', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href}: ${response.status} ${response.statusText}`.trim());
  return response.arrayBuffer();
}
