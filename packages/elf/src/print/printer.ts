/** Where the text of a dump goes: one character a byte. */
export interface Printer {
  readonly write: (text: string) => void;
  /** One line without its end, about what is wrong in the file. */
  readonly warn: (text: string) => void;
}
