import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Files dropped on an element. `over` while some are held above it. */
export class FileDropController implements ReactiveController {
  /** Files are held above the element. */
  over = false;
  /** How many parts of the element the pointer is in: entering one comes before leaving the last. */
  private depth = 0;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly accepts: () => boolean,
    private readonly dropped: (files: File[]) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const type of events) this.host.addEventListener(type, this.handle);
  }

  hostDisconnected(): void {
    for (const type of events) this.host.removeEventListener(type, this.handle);
    this.depth = 0;
    this.over = false;
  }

  private readonly handle = (event: DragEvent): void => {
    if (!this.accepts() || !event.dataTransfer?.types.includes('Files')) return;
    // Or the browser leaves the page for the file.
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'dragenter') this.depth++;
    else if (event.type === 'dragleave') this.depth--;
    else if (event.type === 'dragover') event.dataTransfer.dropEffect = 'copy';
    else {
      this.depth = 0;
      const files = [...event.dataTransfer.files];
      if (files.length > 0) this.dropped(files);
    }
    if (this.over === this.depth > 0) return;
    this.over = this.depth > 0;
    this.host.requestUpdate();
  };
}

const events = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;
