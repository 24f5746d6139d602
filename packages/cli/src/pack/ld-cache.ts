/**
 * /etc/ld.so.cache, where glibc's dynamic linker looks libraries up (struct cache_file_new of elf/dl-cache.h):
 *
 *   "glibc-ld.so.cache1.1" 20 │ count 4 │ bytes of strings 4 │ flags 1, padding 3 │ extensions 4 │ unused 12
 *   entries: flags 4 │ key 4 │ value 4 │ os version 4 │ hwcap 8    key and value: offsets of strings, from the magic on
 *   strings
 *
 * Entries are sorted by key, the last first, digits in it as numbers.
 */
const MAGIC = 'glibc-ld.so.cache1.1';
const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;
/** FLAG_X8664_LIB64 | FLAG_ELF_LIBC6 */
const FLAGS = 0x303;
const LITTLE_ENDIAN = 2;

/** Paths of 64-bit libraries by name, those for every processor alone; none where the file is no such cache. */
export function readLdCache(bytes: Uint8Array): Map<string, string> {
  const libraries = new Map<string, string>();
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // An older format may stand before it.
  const start = text.indexOf(MAGIC, 0, 'latin1');
  if (start < 0 || start + HEADER_BYTES > bytes.length) return libraries;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const string = (at: number): string => {
    const end = text.indexOf(0, start + at);
    return text.toString('latin1', start + at, end < 0 ? undefined : end);
  };
  const count = view.getUint32(20, true);
  for (let i = 0; i < count && HEADER_BYTES + (i + 1) * ENTRY_BYTES <= view.byteLength; i++) {
    const at = HEADER_BYTES + i * ENTRY_BYTES;
    if (view.getUint32(at, true) !== FLAGS || view.getUint32(at + 16, true) !== 0 || view.getUint32(at + 20, true) !== 0) continue;
    const key = string(view.getUint32(at + 4, true));
    if (!libraries.has(key)) libraries.set(key, string(view.getUint32(at + 8, true)));
  }
  return libraries;
}

/** _dl_cache_libcmp */
function compareNames(a: string, b: string): number {
  const parts = (name: string): string[] => name.match(/\d+|\D/g) ?? [];
  const [first, second] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    const x = first[i] ?? '';
    const y = second[i] ?? '';
    if (x === y) continue;
    const [xDigit, yDigit] = [/^\d/.test(x), /^\d/.test(y)];
    if (xDigit && yDigit) {
      if (Number(x) !== Number(y)) return Number(x) - Number(y);
    } else if (xDigit !== yDigit) return xDigit ? 1 : -1;
    else return x < y ? -1 : 1;
  }
  return 0;
}

/** A cache of these libraries: paths by name, both byte strings. */
export function writeLdCache(libraries: ReadonlyMap<string, string>): Uint8Array {
  const sorted = [...libraries].toSorted(([a], [b]) => compareNames(b, a));
  const stringsAt = HEADER_BYTES + sorted.length * ENTRY_BYTES;
  let strings = '';
  const place = (text: string): number => {
    const at = stringsAt + strings.length;
    strings += `${text}\0`;
    return at;
  };
  const entries = sorted.map(([key, value]) => [place(key), place(value)] as const);
  const bytes = new Uint8Array(stringsAt + strings.length);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(MAGIC, 'latin1'));
  view.setUint32(20, sorted.length, true);
  view.setUint32(24, strings.length, true);
  view.setUint8(28, LITTLE_ENDIAN);
  entries.forEach(([key, value], i) => {
    const at = HEADER_BYTES + i * ENTRY_BYTES;
    view.setUint32(at, FLAGS, true);
    view.setUint32(at + 4, key, true);
    view.setUint32(at + 8, value, true);
  });
  bytes.set(Buffer.from(strings, 'latin1'), stringsAt);
  return bytes;
}
