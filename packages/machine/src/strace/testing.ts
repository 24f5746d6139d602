import { Call } from './call.js';
import { entryText, join, resultText } from './format.js';
import { callName, signatureOf } from './signatures/signature.js';

/** Memory for tests: bytes at addresses, nothing elsewhere. Pages are of one byte, so reads end where the bytes end. */
export class FakeMemory {
  private readonly blocks: { at: number; bytes: Uint8Array }[] = [];
  private next = 0x1000;

  /** Puts bytes somewhere; returns where. */
  put(bytes: Uint8Array): bigint {
    const at = this.next;
    this.next += Math.ceil(bytes.length / 0x1000 + 1) * 0x1000;
    this.blocks.push({ at, bytes });
    return BigInt(at);
  }

  string(text: string): bigint {
    return this.put(Uint8Array.from(`${text}\0`, (char) => char.charCodeAt(0)));
  }

  /** Little-endian words of 8 bytes. */
  words(...values: (number | bigint)[]): bigint {
    return this.put(new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer));
  }

  ints(...values: number[]): bigint {
    return this.put(new Uint8Array(Int32Array.from(values).buffer));
  }

  read(va: number, length: number): Uint8Array {
    const block = this.blocks.find(({ at, bytes }) => va >= at && va < at + bytes.length);
    return block ? block.bytes.slice(va - block.at, va - block.at + length) : new Uint8Array(0);
  }
}

/** One call as a whole line without padding: 'close(3) = 0'. `cut` marks where the entry's text ends. */
export function render(
  memory: FakeMemory,
  nr: number,
  args: readonly (number | bigint)[],
  result: number | bigint | null,
  cut = '',
  stringLimit = 32,
): string {
  const registers = Array.from({ length: 6 }, (_, i) => BigInt.asUintN(64, BigInt(args[i] ?? 0)));
  const call = new Call(nr, callName(nr), registers, memory, stringLimit, 0n);
  const signature = signatureOf(nr);
  const { text, rest } = entryText(call, signature.slots(call));
  if (result === null) return text;
  call.result = BigInt(result);
  return `${text}${cut}${join(call, rest)}) = ${resultText(call, signature)}`;
}
