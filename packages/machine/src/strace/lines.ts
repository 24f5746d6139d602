import type { Tracee } from './tracee.js';

/** Results stand from this column on, where the call leaves room. */
const ResultColumn = 40;

/**
 * The log of several threads, one line at a time: a call that is not finished when another thread has something to say is cut off with
 * "<unfinished ...>" and resumed on a line of its own.
 */
export class StraceLines {
  /** The thread whose line is open. */
  private open: Tracee | null = null;
  private column = 0;

  constructor(
    private readonly write: (text: string) => void,
    /** The pid before each line: always, or only when several are watched. */
    private readonly pids: 'always' | 'several',
  ) {}

  /** Begins a line of a thread. */
  begin(tracee: Tracee, several: boolean): void {
    this.cut();
    this.open = tracee;
    this.column = 0;
    if (this.pids === 'always') this.add(`${String(tracee.tid).padEnd(5)} `);
    else if (several) this.add(`[pid ${String(tracee.tid).padStart(5)}] `);
  }

  isOpen(tracee: Tracee): boolean {
    return this.open === tracee;
  }

  /** Cuts an open line off. */
  cut(): void {
    if (!this.open) return;
    this.write(' <unfinished ...>\n');
    this.open = null;
  }

  add(text: string): void {
    this.column += text.length;
    this.write(text);
  }

  /** The closing parenthesis, and the result in its column. */
  result(text: string): void {
    this.add(') ');
    if (this.column < ResultColumn) this.add(' '.repeat(ResultColumn - this.column));
    this.end(`= ${text}`);
  }

  end(text: string): void {
    this.add(`${text}\n`);
    this.open = null;
  }
}
