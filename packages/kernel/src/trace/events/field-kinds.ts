/**
 * What a field of a trace record holds. Values are plain data: numbers, byte strings (one character per byte), booleans, null.
 *
 *   int      a count, an id, an offset, a size in bytes, a time in ns (its name says which)
 *   address  a user address, or a range's end
 *   bits     flags that are read in hexadecimal
 *   text     a byte string: a path, a comm, the name of an errno
 *   bool
 *
 * With `?` it may be null: the event has no such thing.
 */
export type FieldKind = PlainKind | `${PlainKind}?`;
type PlainKind = 'int' | 'address' | 'bits' | 'text' | 'bool';

type ValueOf<K extends FieldKind> = K extends `${infer P extends PlainKind}?`
  ? PlainValue<P> | null
  : K extends PlainKind
    ? PlainValue<K>
    : never;
type PlainValue<P extends PlainKind> = P extends 'text' ? string : P extends 'bool' ? boolean : number;

/** The fields of one event: name → kind. */
export type FieldKinds = Readonly<Record<string, FieldKind>>;

/** What a record of an event with these fields carries. */
export type FieldValues<T extends FieldKinds> = { [F in keyof T]: ValueOf<T[F]> };
