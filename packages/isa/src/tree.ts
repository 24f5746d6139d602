import { Mandatory } from '@ring3/abi';
import { OpcodeMap } from './notation.js';
import type { Shape } from './shape.js';

/**
 * The decision that leads from an opcode to a row. Below an opcode a mandatory-prefix node may come first, then at most one node
 * over ModRM:
 *
 *   prefix   4 children: NP, 66, F3, F2
 *   group   16 children: ModRM.reg of memory forms, then of register forms
 *   modrm   72 children: ModRM.reg of memory forms, then the low six bits of register forms
 */
export type Tree =
  | { readonly kind: 'leaf'; readonly shape: Shape | null }
  | { readonly kind: 'prefix' | 'group' | 'modrm'; readonly children: readonly Tree[] };

export interface Collision {
  readonly a: Shape;
  readonly b: Shape;
  readonly where: string;
}

export interface OpcodeTrees {
  /** By map, then by opcode byte. */
  readonly maps: readonly (readonly Tree[])[];
  /** Rows that claim the same encoding with equal right. */
  readonly collisions: readonly Collision[];
}

const INVALID: Tree = { kind: 'leaf', shape: null };
const MEMORY_SLOTS = 8;
const MODRM_SLOTS = 72;

/** The more a row says about the encoding, the more it counts. */
function specificity(shape: Shape): number {
  const { pattern } = shape;
  return (
    (pattern.prefix !== null ? 16 : 0) +
    (pattern.modrm !== null ? 8 : 0) +
    (pattern.digit !== null ? 4 : 0) +
    (shape.form !== null ? 2 : 0) +
    (pattern.plusR ? 0 : 1)
  );
}

function matchesSlot(shape: Shape, slot: number): boolean {
  const { pattern } = shape;
  const memory = slot < MEMORY_SLOTS;
  const modrm = memory ? slot << 3 : 0xc0 | (slot - MEMORY_SLOTS);
  if (shape.form !== null && (shape.form === 'mem') !== memory) return false;
  if (pattern.modrm !== null) return !memory && pattern.modrm === modrm;
  return pattern.digit === null || pattern.digit === ((modrm >> 3) & 7);
}

function pick(candidates: readonly Shape[], where: string, collisions: Collision[]): Tree {
  let best: Shape | null = null;
  for (const shape of candidates) {
    if (!best || specificity(shape) > specificity(best)) best = shape;
    else if (specificity(shape) === specificity(best)) collisions.push({ a: best, b: shape, where });
  }
  return best ? { kind: 'leaf', shape: best } : INVALID;
}

function sameTree(a: Tree, b: Tree): boolean {
  if (a.kind === 'leaf' || b.kind === 'leaf')
    return a.kind === b.kind && (a as { shape: Shape | null }).shape === (b as { shape: Shape | null }).shape;
  return a.kind === b.kind && a.children.every((child, index) => sameTree(child, b.children[index]!));
}

function modRmTree(candidates: readonly Shape[], where: string, collisions: Collision[]): Tree {
  if (!candidates.some((shape) => shape.form !== null || shape.pattern.digit !== null || shape.pattern.modrm !== null))
    return pick(candidates, where, collisions);
  const slots: Tree[] = [];
  for (let slot = 0; slot < MODRM_SLOTS; slot++) {
    slots.push(
      pick(
        candidates.filter((shape) => matchesSlot(shape, slot)),
        `${where} slot ${slot}`,
        collisions,
      ),
    );
  }
  const perByte = slots.some((tree, slot) => slot >= MEMORY_SLOTS && !sameTree(tree, slots[slot - (slot & 7)]!));
  if (perByte) return { kind: 'modrm', children: slots };
  const group = slots.slice(0, MEMORY_SLOTS);
  for (let reg = 0; reg < 8; reg++) group.push(slots[MEMORY_SLOTS + reg * 8]!);
  return group.every((tree) => sameTree(tree, group[0]!)) ? group[0]! : { kind: 'group', children: group };
}

/** Builds the decision trees of all four maps. Never throws: rows that collide are reported, the first one is taken. */
export function buildTrees(shapes: readonly Shape[]): OpcodeTrees {
  const collisions: Collision[] = [];
  const maps: Tree[][] = [];
  for (const map of [OpcodeMap.One, OpcodeMap.Two, OpcodeMap.Three38, OpcodeMap.Three3A]) {
    const trees: Tree[] = [];
    for (let opcode = 0; opcode < 256; opcode++) {
      const candidates = shapes.filter(
        ({ pattern }) => pattern.map === map && (pattern.plusR ? pattern.opcode === (opcode & 0xf8) : pattern.opcode === opcode),
      );
      const children: Tree[] = [];
      for (const prefix of [Mandatory.None, Mandatory.P66, Mandatory.F3, Mandatory.F2]) {
        children.push(
          modRmTree(
            candidates.filter(({ pattern }) => pattern.prefix === null || pattern.prefix === prefix),
            `map ${map} opcode ${opcode.toString(16)} prefix ${prefix}`,
            collisions,
          ),
        );
      }
      trees.push(children.every((child) => sameTree(child, children[0]!)) ? children[0]! : { kind: 'prefix', children });
    }
    maps.push(trees);
  }
  return { maps, collisions };
}
