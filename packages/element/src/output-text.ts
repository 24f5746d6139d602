/** Characters of a plain output that are shown; older ones go. */
const SHOWN_CHARACTERS = 200_000;

/** Output as text for people: UTF-8 decoded across pieces, carriage returns and the escape sequences of terminals taken out. */
export class OutputText {
  private readonly decoders = [new TextDecoder(), new TextDecoder()];
  text = '';

  append(bytes: Uint8Array, stream: 0 | 1): void {
    const text = this.decoders[stream]!.decode(bytes, { stream: true });
    // oxlint-disable-next-line no-control-regex -- ESC is what begins these sequences
    this.text = (this.text + text.replaceAll(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-Z\\-_]|\r/g, '')).slice(-SHOWN_CHARACTERS);
  }

  clear(): void {
    this.text = '';
  }
}
