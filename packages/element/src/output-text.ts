/** Characters of a plain output that are shown; older ones go. */
const SHOWN_CHARACTERS = 200_000;
/** A piece grows to so many characters, then the next begins: what is shown already is not laid out again. */
const PIECE_CHARACTERS = 8192;

/** 1: standard output, 2: standard error. */
export type OutputStreamNumber = 1 | 2;

export interface OutputPiece {
  /** Unlike that of any other piece. */
  readonly id: number;
  readonly stream: OutputStreamNumber;
  text: string;
}

/**
 * Output as text for people: UTF-8 decoded across chunks, the escape sequences of terminals taken out, a carriage return begins the line
 * again. Its end is kept, to SHOWN_CHARACTERS.
 */
export class OutputText {
  private readonly decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  /** The beginning of an escape sequence, or a carriage return, whose rest has not come. */
  private readonly unfinished = { 1: '', 2: '' };
  private readonly parts: OutputPiece[] = [];
  private characters = 0;
  private nextId = 1;
  /** Older text was dropped. */
  truncated = false;

  get pieces(): readonly OutputPiece[] {
    return this.parts;
  }

  get text(): string {
    return this.parts.map(({ text }) => text).join('');
  }

  /** @returns what was added, as text */
  append(bytes: Uint8Array, stream: OutputStreamNumber): string {
    const decoded = this.unfinished[stream] + this.decoders[stream].decode(bytes, { stream: true });
    const whole = decoded.replace(unfinishedEnd, '');
    this.unfinished[stream] = decoded.slice(whole.length);
    const text = whole.replaceAll(escapes, '').replaceAll(/\r+\n/g, '\n');
    const [first = '', ...lines] = text.split(/\r+/);
    this.add(first, stream);
    for (const line of lines) {
      // What a carriage return goes back over is written over.
      if (line !== '') this.beginLineAgain(stream);
      this.add(line, stream);
    }
    this.trim();
    return text;
  }

  private add(text: string, stream: OutputStreamNumber): void {
    if (text === '') return;
    let last = this.parts.at(-1);
    if (last?.stream !== stream || last.text.length > PIECE_CHARACTERS) {
      last = { id: this.nextId++, stream, text: '' };
      this.parts.push(last);
    }
    last.text += text;
    this.characters += text.length;
  }

  private beginLineAgain(stream: OutputStreamNumber): void {
    const last = this.parts.at(-1);
    if (last?.stream !== stream) return;
    const kept = last.text.slice(0, last.text.lastIndexOf('\n') + 1);
    this.characters -= last.text.length - kept.length;
    last.text = kept;
  }

  private trim(): void {
    while (this.characters > SHOWN_CHARACTERS && this.parts.length > 1) {
      this.characters -= this.parts.shift()!.text.length;
      this.truncated = true;
    }
    const only = this.parts[0];
    if (only && this.characters > SHOWN_CHARACTERS) {
      only.text = only.text.slice(-SHOWN_CHARACTERS);
      this.characters = only.text.length;
      this.truncated = true;
    }
  }
}

/* oxlint-disable no-control-regex -- ESC and BEL are what these sequences are made of */
/** CSI, OSC and its kin, charset choices, two-character sequences. */
const escapes = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]+[0-~]|\u001b[0-Z\\^-~]|\u0007/g;
const unfinishedEnd = /(?:\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]{0,256}\u001b?|[ -/]*)?|\r)$/;
