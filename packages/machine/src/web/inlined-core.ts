/** The core's bytes where a page carries them: gzipped and in base64, the text of <script id="ring3-core" type="text/plain">. @throws Error */
export async function fetchCore(): Promise<ArrayBuffer> {
  const text = document.getElementById('ring3-core')?.textContent;
  if (!text) throw new Error('the page has no <script id="ring3-core">');
  const packed = Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
