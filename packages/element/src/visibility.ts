import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Tells whether anybody can see an element: it is in the window, and the page is not hidden. */
export class VisibilityController implements ReactiveController {
  private observer: IntersectionObserver | null = null;
  private onScreen = true;
  private watching = false;
  /** As last told. */
  visible = true;

  constructor(
    private readonly host: ReactiveControllerHost & Element,
    private readonly changed: (visible: boolean) => void,
  ) {
    host.addController(this);
  }

  /** Begins or ends watching; when it ends, the element counts as visible. */
  watch(yes: boolean): void {
    if (yes === this.watching) return;
    this.watching = yes;
    if (this.host.isConnected) this.hostConnected();
    if (!yes) this.hostDisconnected();
  }

  hostConnected(): void {
    if (!this.watching || this.observer || typeof IntersectionObserver === 'undefined') return;
    this.observer = new IntersectionObserver((entries) => {
      this.onScreen = entries.at(-1)!.isIntersecting;
      this.update();
    });
    this.observer.observe(this.host);
    document.addEventListener('visibilitychange', this.update);
  }

  hostDisconnected(): void {
    this.observer?.disconnect();
    this.observer = null;
    this.onScreen = true;
    document.removeEventListener('visibilitychange', this.update);
    if (!this.watching) this.update();
  }

  private readonly update = (): void => {
    const visible = !this.watching || (this.onScreen && document.visibilityState !== 'hidden');
    if (visible === this.visible) return;
    this.visible = visible;
    this.changed(visible);
  };
}
