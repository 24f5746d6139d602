import { Gzip } from 'fflate';

/** Compresses piece by piece. Without a time in its header: the same bytes for the same input, on every host. */
export function* gzipPieces(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const packed: Uint8Array[] = [];
  const gzip = new Gzip({ level: 9, mtime: 0 }, (bytes) => packed.push(bytes));
  for (const piece of pieces) {
    gzip.push(piece);
    yield* packed.splice(0);
  }
  gzip.push(new Uint8Array(0), true);
  yield* packed.splice(0);
}
