import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How often a screen reader is told what a program prints. */
const EVERY_MS = 2000;
/** The longest text that is read out. */
const CHARACTERS = 300;

/**
 * Text for a live region that does not flood: what was printed since the last time, at most every EVERY_MS; of much output, how many lines
 * it was and the last ones.
 */
export class Announcer implements ReactiveController {
  /** What the live region shows. */
  text = '';
  private pending = '';
  private lines = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = -Infinity;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.clear();
  }

  printed(text: string): void {
    this.lines += text.split('\n').length - 1;
    this.pending = (this.pending + text).slice(-2 * CHARACTERS);
    this.timer ??= setTimeout(() => this.say(), Math.max(200, this.last + EVERY_MS - performance.now()));
  }

  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pending = '';
    this.lines = 0;
    this.text = '';
  }

  private say(): void {
    const { lines } = this;
    const text = this.pending.trim();
    this.timer = undefined;
    this.last = performance.now();
    this.pending = '';
    this.lines = 0;
    if (text === '') return;
    const tail = text.length <= CHARACTERS ? text : text.slice(-CHARACTERS).replace(/^\S*\s/, '');
    this.text = tail === text && lines < 10 ? text : `${lines} lines, the last ones: ${tail}`;
    this.host.requestUpdate();
  }
}
