/**
 * One event of the Trace Event Format (JSON, as chrome://tracing and Perfetto read it). Times are in microseconds.
 *
 *   M metadata · B, E begin and end of a slice · X a whole slice · i instant · C counter · b, e begin and end of an asynchronous slice
 */
export interface TraceEvent {
  ph: 'M' | 'B' | 'E' | 'X' | 'i' | 'C' | 'b' | 'e';
  name: string;
  cat?: string;
  pid: number;
  tid: number;
  ts: number;
  /** X only. */
  dur?: number;
  /** i only: the scope is the thread. */
  s?: 't';
  /** b and e only. */
  id?: string;
  args?: Record<string, unknown>;
}

/** Writes events one after the other as one JSON document. */
export class TraceEventWriter {
  private first = true;

  constructor(private readonly write: (text: string) => void) {
    write('{"displayTimeUnit":"ns","traceEvents":[');
  }

  event(event: TraceEvent): void {
    this.write(`${this.first ? '\n' : ',\n'}${JSON.stringify(event)}`);
    this.first = false;
  }

  end(): void {
    this.write('\n]}\n');
  }
}
