import { stateClass, stateName } from '../state.js';

/** A value inside a node: primitives as they are, objects by their node's number. */
export type Encoded = number | string | boolean | bigint | null | undefined | { ref: number };

/** One object of the graph. */
export type Node =
  | { kind: 'object'; className: string | null; fields: [string, Encoded][] }
  | { kind: 'array'; items: Encoded[] }
  | { kind: 'map'; entries: [Encoded, Encoded][] }
  | { kind: 'set'; items: Encoded[] }
  | { kind: 'bytes'; type: string; bytes: Uint8Array };

/** Everything reachable from one root; node 0 is the root. Cycles and shared objects stay what they were. */
export type Graph = Node[];

const typedArrays = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

/**
 * Copies plain state (state.ts) into nodes. `leaveOut` names fields of the root that are links to the outside.
 * @throws TypeError with the path to it, for what is not plain data: a function, an object of an unregistered class
 */
export function encodeGraph(root: object, leaveOut: readonly string[] = []): Graph {
  const nodes: Graph = [];
  const numbers = new Map<object, number>();
  // A stack of work instead of recursion: lists of tasks and dentries are deep.
  const pending: { value: object; number: number; path: string }[] = [];

  const encode = (value: unknown, path: () => string): Encoded => {
    switch (typeof value) {
      case 'function':
      case 'symbol':
        throw new TypeError(`state holds a ${typeof value} at ${path()}`);
      case 'object': {
        if (value === null) return null;
        let number = numbers.get(value);
        if (number === undefined) {
          number = numbers.size;
          numbers.set(value, number);
          pending.push({ value, number, path: path() });
        }
        return { ref: number };
      }
      default:
        return value as Encoded;
    }
  };

  encode(root, () => '');
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, number, path } = next;
    nodes[number] = encodeNode(value, path, encode, value === root ? leaveOut : []);
  }
  return nodes;
}

function encodeNode(
  value: object,
  path: string,
  encode: (value: unknown, path: () => string) => Encoded,
  leaveOut: readonly string[],
): Node {
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item, i) => encode(item, () => `${path}[${i}]`)) };
  if (value instanceof Map) {
    return {
      kind: 'map',
      entries: [...value].map(([key, item]) => [encode(key, () => `${path}<key>`), encode(item, () => `${path}<${String(key)}>`)]),
    };
  }
  if (value instanceof Set) return { kind: 'set', items: [...value].map((item) => encode(item, () => `${path}<member>`)) };
  if (ArrayBuffer.isView(value)) {
    const type = value.constructor.name;
    if (!(type in typedArrays)) throw new TypeError(`state holds a ${type} at ${path}`);
    return { kind: 'bytes', type, bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  const className = isPlain ? null : stateName(value.constructor as never);
  if (className === undefined) throw new TypeError(`state holds an unregistered ${value.constructor.name} at ${path}`);
  const fields = Object.entries(value)
    .filter(([name]) => !leaveOut.includes(name))
    .map(([name, item]): [string, Encoded] => [name, encode(item, () => `${path}.${name}`)]);
  return { kind: 'object', className, fields };
}

/**
 * Rebuilds the objects; constructors are not called.
 * @throws TypeError for a class that is not registered
 */
export function decodeGraph(graph: Graph): object {
  const objects = graph.map(emptyObject);
  const decode = (value: Encoded): unknown => (typeof value === 'object' && value !== null ? objects[value.ref] : value);
  graph.forEach((node, i) => {
    const object = objects[i]!;
    switch (node.kind) {
      case 'object':
        for (const [name, value] of node.fields) (object as Record<string, unknown>)[name] = decode(value);
        break;
      case 'array':
        for (const item of node.items) (object as unknown[]).push(decode(item));
        break;
      case 'map':
        for (const [key, value] of node.entries) (object as Map<unknown, unknown>).set(decode(key), decode(value));
        break;
      case 'set':
        for (const item of node.items) (object as Set<unknown>).add(decode(item));
        break;
      case 'bytes':
        break;
    }
  });
  return objects[0]!;
}

function emptyObject(node: Node): object {
  switch (node.kind) {
    case 'array':
      return [];
    case 'map':
      return new Map();
    case 'set':
      return new Set();
    case 'bytes':
      return new typedArrays[node.type as keyof typeof typedArrays](node.bytes.slice().buffer);
    case 'object': {
      if (node.className === null) return {};
      const found = stateClass(node.className);
      if (!found) throw new TypeError(`no state class ${node.className}`);
      return Object.create(found.prototype as object) as object;
    }
  }
}
