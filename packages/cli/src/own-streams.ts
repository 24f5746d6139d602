const made: NodeJS.WriteStream[] = [];

/**
 * What Ring3 itself says goes to process.stdout and process.stderr, which Node makes when they are first asked for: not at all in a
 * short run, and that takes longer than the run. So whoever is first does what each of them needs.
 */
export function watchOwnStreams(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const { get } = Object.getOwnPropertyDescriptor(process, name)!;
    let stream: NodeJS.WriteStream | null = null;
    const make = (): NodeJS.WriteStream => {
      stream = get!.call(process) as NodeJS.WriteStream;
      // Who reads our own messages may have gone: nothing is left to tell then.
      stream.on('error', () => {});
      made.push(stream);
      return stream;
    };
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get: () => stream ?? make() });
  }
}

/** Resolves when what was written to them has gone out. */
export async function flushOwnStreams(): Promise<void> {
  for (const stream of made) {
    if (stream.writableLength > 0) await new Promise<void>((resolve) => void stream.write('', () => resolve()));
  }
}
