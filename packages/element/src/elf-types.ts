export type ElfTab = 'header' | 'segments' | 'sections' | 'symbols';

/** What the bytes of an ELF file are for: their colour. */
export type ByteKind = 'none' | 'header' | 'segment-header' | 'section-header' | 'code' | 'constants' | 'data' | 'tables' | 'other';

/** Something with a place in the file. */
export interface ElfPlace {
  readonly label: string;
  /** Bytes from the start of the file. */
  readonly start: number;
  readonly size: number;
}

export interface FieldRow extends ElfPlace {
  /** The structure that it is part of. */
  readonly of: string;
  /** As readelf shows its value. */
  readonly text: string;
}

/** A segment: `start` and `size` are those of its program header. */
export interface SegmentRow extends ElfPlace {
  readonly index: number;
  readonly type: string;
  readonly flags: string;
  readonly address: string;
  readonly fields: readonly FieldRow[];
  /** Its bytes; null: none are in the file. */
  readonly content: ElfPlace | null;
  /** Indexes of the sections in it. */
  readonly sections: readonly number[];
}

/** A section: `start` and `size` are those of its section header. */
export interface SectionRow extends ElfPlace {
  readonly index: number;
  readonly type: string;
  readonly flags: string;
  readonly address: string;
  readonly kind: ByteKind;
  readonly fields: readonly FieldRow[];
  readonly content: ElfPlace | null;
  readonly segments: readonly number[];
}

/** A symbol: `start` and `size` are those of its entry in the symbol table. */
export interface SymbolRow extends ElfPlace {
  readonly value: string;
  /** st_size */
  readonly bytes: number;
  readonly type: string;
  readonly table: string;
  /** What it names. */
  readonly content: ElfPlace | null;
}

/** An ELF file as <ring3-elf> shows it. */
export interface ElfModel {
  readonly bytes: Uint8Array;
  /** One line: class, type, machine. */
  readonly summary: string;
  readonly header: readonly FieldRow[];
  readonly segments: readonly SegmentRow[];
  readonly sections: readonly SectionRow[];
  readonly symbols: readonly SymbolRow[];
  readonly warnings: readonly string[];
  /** The smallest thing that a byte is part of. */
  at(offset: number): ElfPlace | null;
  kind(offset: number): ByteKind;
}
