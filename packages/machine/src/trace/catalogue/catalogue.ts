import { type TraceEventName, traceEvents, type TraceFields, type TraceRecord } from '@ring3/kernel';

/** What each event says, in one language: a template of its fields. Texts in the fields are decoded already. */
export type Sentences = { readonly [E in TraceEventName]: (fields: TraceFields<E>) => string };

/** Everything that a trace says in one language. Panels and commands take it from here; another language is another object. */
export interface Catalogue {
  readonly language: string;
  readonly sentences: Sentences;
  readonly labels: {
    readonly pointOfNoReturn: string;
    /** A program that was started. */
    readonly started: (path: string) => string;
    /** One that was refused, by which function. */
    readonly refused: (path: string, errno: string, by: string) => string;
    readonly refusedAfterCommit: (path: string, errno: string, by: string) => string;
    readonly unfinished: (path: string) => string;
  };
}

/** The sentence for a record; null for an event that the catalogue does not know. */
export function sentenceOf(catalogue: Catalogue, { event, fields }: Pick<TraceRecord, 'event' | 'fields'>): string | null {
  if (!Object.hasOwn(traceEvents, event)) return null;
  const sentence = catalogue.sentences[event as TraceEventName] as (fields: TraceRecord['fields']) => string;
  return sentence(fields);
}
