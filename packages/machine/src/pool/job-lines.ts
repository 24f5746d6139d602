/** A line of a file of jobs: what it holds, or why it holds none. */
export class JobLine {
  constructor(
    /** From 1. */
    readonly line: number,
    readonly value: unknown,
    /** It is no JSON. */
    readonly error: string | null = null,
  ) {}
}

/** Bytes of the longest line: a job with its files. */
const LONGEST_LINE = 256 << 20;

/** The jobs of a JSON Lines file, as its bytes come. Empty lines are none. What is wrong with a line is told in its place; the next ones follow. */
export async function* readJobLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JobLine, void, undefined> {
  let line = 1;
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const job = parseLine(line++, parts, length, chunk.subarray(start, end));
      if (job) yield job;
      [parts, length, start] = [[], 0, end + 1];
    }
    const rest = chunk.subarray(start);
    length += rest.length;
    if (length <= LONGEST_LINE) parts.push(rest);
    else parts = [];
  }
  const last = parseLine(line, parts, length, new Uint8Array(0));
  if (last) yield last;
}

function parseLine(line: number, parts: readonly Uint8Array[], before: number, end: Uint8Array): JobLine | null {
  if (before + end.length > LONGEST_LINE) return new JobLine(line, null, `is longer than ${LONGEST_LINE >> 20} MiB`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(parts.length === 0 ? end : Buffer.concat([...parts, end]));
  } catch {
    return new JobLine(line, null, 'is not UTF-8');
  }
  if (text.trim() === '') return null;
  try {
    return new JobLine(line, JSON.parse(text));
  } catch (error) {
    return new JobLine(line, null, `is not JSON: ${(error as Error).message}`);
  }
}
