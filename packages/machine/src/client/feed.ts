/** The whole of a process's input, then its end; a process that does not read it is not waited for. */
export async function feed(input: WritableStream<Uint8Array>, content: Uint8Array | ReadableStream<Uint8Array>): Promise<void> {
  try {
    if (content instanceof ReadableStream) {
      await content.pipeTo(input);
      return;
    }
    const writer = input.getWriter();
    await writer.write(content);
    await writer.close();
  } catch {
    // It ended, or closed its input, before it had read all: that is its own business. A source that failed ends the input (abort).
  }
}
