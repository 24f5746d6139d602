import { Entry, EntryKind, LeafFlag, PrefixByte } from '@ring3/abi';
import { HEADER, type Op } from './emit-ops.js';
import type { Shape } from './shape.js';
import type { OpcodeTrees, Tree } from './tree.js';

const LEGACY_PREFIXES: Record<number, PrefixByte> = {
  0x26: PrefixByte.NullSegment,
  0x2e: PrefixByte.NullSegment,
  0x36: PrefixByte.NullSegment,
  0x3e: PrefixByte.NullSegment,
  0x64: PrefixByte.Fs,
  0x65: PrefixByte.Gs,
  0x66: PrefixByte.OperandSize,
  0x67: PrefixByte.AddressSize,
  0xf0: PrefixByte.Lock,
  0xf2: PrefixByte.Repne,
  0xf3: PrefixByte.Rep,
};

function legacyPrefix(byte: number): PrefixByte | null {
  if ((byte & 0xf0) === 0x40) return PrefixByte.Rex;
  return LEGACY_PREFIXES[byte] ?? null;
}

/** Which of the row's micro-ops serves operand size 16, 32, 64: two bits each. */
function sizeSteps(shape: Shape): number {
  const step = (size: number): number => {
    const exact = shape.sizes.indexOf(size);
    if (exact >= 0) return exact;
    // y has no 16, z no 64: the next one takes its place.
    return shape.sizes.length < 2 ? 0 : size === 16 ? 0 : shape.sizes.length - 1;
  };
  return step(16) | (step(32) << 2) | (step(64) << 4);
}

function leafWords(shape: Shape, op: number): readonly number[] {
  const attributes = shape.row.attributes ?? [];
  const flags =
    (shape.hasModRm ? LeafFlag.ModRm : 0) |
    (attributes.includes('lock') ? LeafFlag.Lock : 0) |
    (attributes.includes('rep') ? LeafFlag.Rep : 0) |
    (shape.modIgnored ? LeafFlag.ModIgnored : 0) |
    (shape.row.mnemonic === 'lea' ? LeafFlag.NoSegment : 0) |
    (shape.sizeMode << LeafFlag.SizeModeShift);
  return [
    op,
    sizeSteps(shape) | (flags << 8),
    shape.reg | (shape.rm << 8),
    shape.immediate | ((shape.fixedRm | (shape.fixedReg << 4)) << 8),
  ];
}

function hexRows(values: readonly number[], perLine: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += perLine) {
    lines.push(
      `  ${values
        .slice(i, i + perLine)
        .map((value) => `0x${value.toString(16)}`)
        .join(', ')},`,
    );
  }
  return lines;
}

/** decode/tables.generated.ts: opcode maps, the nodes below them, and one leaf per row. */
export function emitTables(trees: OpcodeTrees, ops: readonly Op[]): string {
  const firstOp = new Map<Shape, number>();
  for (const op of ops) if (!firstOp.has(op.shape)) firstOp.set(op.shape, op.id);
  const leaves: number[] = [0, 0, 0, 0];
  const leafIndex = new Map<Shape, number>();
  const nodes: number[] = [];
  const nodeIndex = new Map<string, number>();

  const entryOf = (tree: Tree): number => {
    if (tree.kind === 'leaf') {
      if (!tree.shape) return 0;
      let index = leafIndex.get(tree.shape);
      if (index === undefined) {
        index = leaves.length / 4;
        leafIndex.set(tree.shape, index);
        leaves.push(...leafWords(tree.shape, firstOp.get(tree.shape)!));
      }
      return index;
    }
    const children = tree.children.map(entryOf);
    const key = children.join();
    let index = nodeIndex.get(key);
    if (index === undefined) {
      index = nodes.length;
      nodeIndex.set(key, index);
      nodes.push(...children);
    }
    const kind = tree.kind === 'prefix' ? EntryKind.Prefix : tree.kind === 'group' ? EntryKind.Group : EntryKind.ModRm;
    return (kind << Entry.KindShift) | index;
  };

  const maps = trees.maps.map((map, number) =>
    map.map((tree, opcode) => {
      const prefix = number === 0 ? legacyPrefix(opcode) : null;
      if (prefix !== null) return (EntryKind.LegacyPrefix << Entry.KindShift) | prefix;
      if (number === 0 && opcode === 0x0f) return (EntryKind.Escape << Entry.KindShift) | 1;
      if (number === 1 && opcode === 0x38) return (EntryKind.Escape << Entry.KindShift) | 2;
      if (number === 1 && opcode === 0x3a) return (EntryKind.Escape << Entry.KindShift) | 3;
      return entryOf(tree);
    }),
  );
  if (nodes.length >= 1 << Entry.KindShift || leaves.length / 4 >= 1 << Entry.KindShift)
    throw new Error('decoding tables outgrow their entries');
  return [
    HEADER,
    '/** u16[4][256]: entries of the maps one-byte, 0F, 0F 38, 0F 3A; see decode-tables.ts in packages/abi. */',
    'export const MAPS: usize = memory.data<u16>([',
    ...maps.flatMap((map) => hexRows(map, 16)),
    ']);',
    '',
    '/** u16[]: children of the nodes. */',
    'export const NODES: usize = memory.data<u16>([',
    ...hexRows(nodes.length > 0 ? nodes : [0], 16),
    ']);',
    '',
    '/** 8 bytes per leaf; leaf 0 is the invalid opcode. */',
    'export const LEAVES: usize = memory.data<u16>([',
    ...hexRows(leaves, 4),
    ']);',
    '',
  ].join('\n');
}
