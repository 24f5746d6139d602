/** What a machine needs of a terminal: <ring3-terminal> is one. */
export interface TerminalLink {
  readonly cols: number;
  readonly rows: number;
  /** Shows output; resolves when there is room for more. */
  write(data: Uint8Array): Promise<void>;
  /** A new program is about to use it. */
  clear(): void;
}
