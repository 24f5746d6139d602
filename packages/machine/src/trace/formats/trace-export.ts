import type { Kernel } from '@ring3/kernel';
import { TraceSession } from '../session.js';
import { PerfettoTrace } from './perfetto.js';
import { TextTrace } from './text-trace.js';

/** json: a record on each line. text: as strace writes it. perfetto: the Trace Event Format of chrome://tracing and ui.perfetto.dev. */
export type TraceFormat = 'json' | 'text' | 'perfetto';

export const traceFormats: readonly TraceFormat[] = ['json', 'text', 'perfetto'];

/** An export that is being written. */
export interface TraceExport {
  /** Writes what is still open, and stops. */
  finish(): void;
}

/** Writes the events that the expressions choose, as they come: nothing is kept. @throws TraceExpressionError */
export function exportTrace(k: Kernel, format: TraceFormat, expressions: readonly string[], write: (text: string) => void): TraceExport {
  switch (format) {
    case 'json':
      return new TraceSession(k, { expressions, batch: 1 }, (records) => {
        for (const record of records) write(`${JSON.stringify(record)}\n`);
      });
    case 'text':
      return new TextTrace(k, expressions, write);
    case 'perfetto':
      return new PerfettoTrace(k, expressions, write);
  }
}
