/** What a machine needs of a terminal: <ring3-terminal> is one. */
export interface TerminalLink {
  readonly cols: number;
  readonly rows: number;
  /** Resolves when it can show something, and `cols` and `rows` are what there is room for. @throws MachineError fetch-failed */
  readonly ready: Promise<void>;
  /** Shows output; resolves when there is room for more. */
  write(data: Uint8Array): Promise<void>;
  /** Resolves when all that was written is on the screen. */
  flush(): Promise<void>;
  /** A new program is about to use it. */
  clear(): void;
}
