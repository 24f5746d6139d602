import type * as lit from 'lit';

/** lit's own, from the element that loads the view: a copy in a file of its own would be as large as the view. */
export let html: typeof lit.html;
export let nothing: typeof lit.nothing;

export function useLit(pieces: Pick<typeof lit, 'html' | 'nothing'>): void {
  ({ html, nothing } = pieces);
}
