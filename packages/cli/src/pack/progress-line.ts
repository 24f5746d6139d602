/** Milliseconds before the first line, and between two, on a terminal and elsewhere. */
const FIRST_MS = 1000;
const TERMINAL_MS = 100;
const LOG_MS = 10_000;

/** Tells on stderr how far a long task is: one line that changes on a terminal, a line now and then elsewhere. Silent while it is quick. */
export class ProgressLine {
  private next = Date.now() + (process.stderr.isTTY ? FIRST_MS : LOG_MS);
  private width = 0;

  /** @param text made when it is shown */
  show(text: () => string): void {
    const now = Date.now();
    if (now < this.next) return;
    if (process.stderr.isTTY) {
      this.next = now + TERMINAL_MS;
      const line = text();
      process.stderr.write(`\r${line.padEnd(this.width)}`);
      this.width = line.length;
    } else {
      this.next = now + LOG_MS;
      process.stderr.write(`ring3: ${text()}\n`);
    }
  }

  /** Wipes the line. */
  end(): void {
    if (this.width > 0) process.stderr.write(`\r${' '.repeat(this.width)}\r`);
    this.width = 0;
  }
}
