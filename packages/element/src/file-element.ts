import type { FileSpec } from '@ring3/machine';

/**
 * A file for the <ring3-machine> around it: fetched from `src`, or its own text. One that is added while a program runs is there at once.
 *
 * ```html
 * <ring3-file path="/etc/motd">Welcome</ring3-file>
 * <ring3-file path="/data/words" src="words.txt"></ring3-file>
 * ```
 *
 * @tag ring3-file
 * @tagname ring3-file
 * @attr {string} path - where it is in the guest, from / on
 * @attr {string} src - its URL; without it, the element's text is its content
 * @attr {string} mode - permission bits in octal, as 755; default: 755 for ELF files and scripts, 644 for others
 */
export class Ring3File extends (globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement)) {
  connectedCallback(): void {
    for (const name of ['path', 'src', 'mode'] as const) {
      // Set before the element was defined: such a property hides the accessor.
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete (this as Partial<Pick<Ring3File, 'path' | 'src' | 'mode'>>)[name];
      this[name] = value;
    }
  }

  /** Where it is in the guest, from / on. */
  get path(): string | null {
    return this.getAttribute('path');
  }

  set path(value: string | null) {
    this.put('path', value);
  }

  /** Its URL; without it, the element's text is its content. */
  get src(): string | null {
    return this.getAttribute('src');
  }

  set src(value: string | null) {
    this.put('src', value);
  }

  /** Permission bits in octal, as 755. */
  get mode(): string | null {
    return this.getAttribute('mode');
  }

  set mode(value: string | null) {
    this.put('mode', value);
  }

  private put(name: string, value: string | null): void {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  /** What the machine gets. @throws SyntaxError a path that is missing or not from / on, a bad mode or URL */
  spec(): FileSpec {
    const { path, mode, src } = this;
    if (!path?.startsWith('/')) throw new SyntaxError(`<ring3-file> needs a path from / on, not ${path === null ? 'none' : `"${path}"`}`);
    if (mode !== null && !/^[0-7]{3,4}$/.test(mode)) throw new SyntaxError(`<ring3-file mode="${mode}"> is not octal, as 755`);
    return { path, content: this.content(src), ...(mode === null ? {} : { mode: Number.parseInt(mode, 8) }) };
  }

  private content(src: string | null): FileSpec['content'] {
    if (src === null) return new TextEncoder().encode(this.textContent ?? '');
    if (!URL.canParse(src, this.baseURI)) throw new SyntaxError(`<ring3-file src="${src}"> is no URL`);
    return { url: new URL(src, this.baseURI).href };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ring3-file': Ring3File;
  }
}
