const EVERY_MS = 10_000;

/** What is being done now, on stderr: a line that changes on a terminal, elsewhere one now and then. */
export class ProgressLine {
  private readonly started = performance.now();
  private text = '';
  private timer: NodeJS.Timeout | null = null;

  readonly show = (text: string): void => {
    this.text = text;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${this.line().slice(0, (process.stderr.columns ?? 80) - 1)}`);
    else this.timer ??= setInterval(() => process.stderr.write(`${this.line()}\n`), EVERY_MS).unref();
  };

  private line(): string {
    return `${((performance.now() - this.started) / 1000).toFixed(0).padStart(4)} s  ${this.text}`;
  }

  /** Nothing more is shown. */
  end(): void {
    if (this.timer) clearInterval(this.timer);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
