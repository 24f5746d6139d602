import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type FileSpec, MachineError } from '@ring3/machine';
import type { Ring3File } from './file-element.js';

/** The <ring3-file> children of an element. */
export class ChildFilesController implements ReactiveController {
  private observer: MutationObserver | null = null;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    /** Some were added. */
    private readonly added: (files: readonly Ring3File[]) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.observer ??= new MutationObserver((records) => {
      const files = records.flatMap(({ addedNodes }) => [...addedNodes].filter(isFile)).filter((file) => file.parentNode === this.host);
      if (files.length > 0) this.added(files);
    });
    this.observer.observe(this.host, { childList: true });
  }

  hostDisconnected(): void {
    this.observer?.disconnect();
  }

  /** @throws MachineError bad-option */
  specs(): FileSpec[] {
    return [...this.host.children].filter(isFile).map(specOf);
  }
}

/** @throws MachineError bad-option */
export function specOf(file: Ring3File): FileSpec {
  try {
    return file.spec();
  } catch (error) {
    if (error instanceof SyntaxError) throw new MachineError('bad-option', error.message);
    throw error;
  }
}

/** The bytes of a file that is wanted at once. @throws MachineError fetch-failed */
export async function contentOf({ content }: FileSpec): Promise<Uint8Array> {
  if (content === undefined || content instanceof Uint8Array) return content ?? new Uint8Array();
  if (content instanceof Blob) return new Uint8Array(await content.arrayBuffer());
  const { url } = content;
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw new Error(`${response.status} ${response.statusText}`.trim());
  } catch (error) {
    throw new MachineError('fetch-failed', `${url}: ${(error as Error).message}`);
  }
}

/** By its name: a page may have loaded the elements twice, and then another class of the same name is the one. */
function isFile(node: Node): node is Ring3File {
  return (node as Partial<Element>).localName === 'ring3-file';
}
