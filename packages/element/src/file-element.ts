import type { FileSpec } from '@ring3/machine';

/**
 * A file for the <ring3-machine> around it: fetched from `src`, or its own text.
 *
 * ```html
 * <ring3-file path="/etc/motd">Welcome</ring3-file>
 * <ring3-file path="/data/words" src="words.txt"></ring3-file>
 * ```
 *
 * @tag ring3-file
 * @attr {string} path - where it is in the guest
 * @attr {string} src - its URL; without it, the element's text is its content
 * @attr {string} mode - permission bits in octal, as 755
 */
export class Ring3File extends (globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)) {
  /** What the machine gets. @throws SyntaxError a missing path, a bad mode */
  async spec(): Promise<FileSpec> {
    const path = this.getAttribute('path');
    if (!path) throw new SyntaxError('<ring3-file> needs a path');
    const mode = this.getAttribute('mode');
    if (mode !== null && !/^[0-7]{3,4}$/.test(mode)) throw new SyntaxError(`<ring3-file mode="${mode}"> is not octal, as 755`);
    const src = this.getAttribute('src');
    const content = src === null ? new TextEncoder().encode(this.textContent ?? '') : { url: new URL(src, this.baseURI).href };
    return { path, content, ...(mode === null ? {} : { mode: Number.parseInt(mode, 8) }) };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ring3-file': Ring3File;
  }
}
