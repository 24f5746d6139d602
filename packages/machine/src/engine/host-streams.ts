/** What a stream of the guest is connected to outside. Handles are what kernel state holds instead of it. */
export interface HostStreams {
  /** Takes guest output; false when the window is full now. */
  write(handle: number, bytes: Uint8Array): boolean;
  /** The guest waits for input of this stream. */
  wanted(handle: number): void;
  /** The guest has read that many bytes of it. */
  consumed(handle: number, bytes: number): void;
  /** No process of the guest has it open any more. */
  closed(handle: number): void;
}

/** Handles of a command's one process; a console (tty) uses the same handle for both ways. */
export const enum StreamHandle {
  Stdin = 0,
  Stdout = 1,
  Stderr = 2,
  Console = 3,
}

/** Which handles a spawned process's streams get; unique in the machine. */
export interface StreamHandles {
  stdin: number;
  stdout: number;
  stderr: number;
  console: number;
}

export const standardHandles: StreamHandles = {
  stdin: StreamHandle.Stdin,
  stdout: StreamHandle.Stdout,
  stderr: StreamHandle.Stderr,
  console: StreamHandle.Console,
};
