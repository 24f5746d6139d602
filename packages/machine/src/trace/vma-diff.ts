import { type Kernel, type Mm, mapsText } from '@ring3/kernel';

/** A mapping as /proc/PID/maps shows it. */
export interface VmaView {
  start: number;
  end: number;
  /** 'r-xp' */
  perms: string;
  /** Bytes into the file. */
  offset: number;
  /** A path, '[stack]' and the like; '' for plain anonymous memory. */
  name: string;
}

export interface VmaChange {
  kind: 'added' | 'removed' | 'changed';
  /** What it is now; of a removed one, what it was. */
  vma: VmaView;
  /** Of a changed one: what it was. */
  before: VmaView | null;
}

const line = /^([0-9a-f]+)-([0-9a-f]+) (\S+) ([0-9a-f]+) \S+ \d+ *(.*)$/;

function views(k: Kernel, mm: Mm): VmaView[] {
  const lines = mapsText(k, mm).split('\n').slice(0, mm.vmas.length);
  return lines.map((text) => {
    const [, start = '', end = '', perms = '', offset = '', name = ''] = line.exec(text) ?? [];
    return { start: parseInt(start, 16), end: parseInt(end, 16), perms, offset: parseInt(offset, 16), name };
  });
}

/** Watches an address space: what has become of its mappings since the last look. A mapping is known by its vma, wherever it moves. */
export class VmaWatch {
  private known = new Map<object, VmaView>();
  private early: VmaView | null = null;

  /** The one mapping of an address space that is still being made. */
  stack(start: number, end: number): VmaChange[] {
    const before = this.early;
    const vma: VmaView = { start, end, perms: 'rw-p', offset: 0, name: '[stack]' };
    this.early = vma;
    if (!before) return [{ kind: 'added', vma, before: null }];
    return sameView(before, vma) ? [] : [{ kind: 'changed', vma, before }];
  }

  /** What has become of the mappings since the last look. */
  changes(k: Kernel, mm: Mm): VmaChange[] {
    const now = new Map<object, VmaView>();
    const shown = views(k, mm);
    // Up to setup_arg_pages nothing says which mapping is the stack.
    if (mm.startStack === 0) for (const view of shown) if (view.end === this.early?.end) view.name = this.early.name;
    mm.vmas.forEach((vma, i) => now.set(vma, shown[i]!));
    const changes: VmaChange[] = [];
    for (const [vma, before] of this.known) if (!now.has(vma)) changes.push({ kind: 'removed', vma: before, before: null });
    for (const [vma, view] of now) {
      const before = this.known.get(vma);
      if (!before) changes.push({ kind: 'added', vma: view, before: null });
      else if (!sameView(before, view)) changes.push({ kind: 'changed', vma: view, before });
    }
    this.known = now;
    return changes;
  }
}

function sameView(a: VmaView, b: VmaView): boolean {
  return a.start === b.start && a.end === b.end && a.perms === b.perms && a.offset === b.offset && a.name === b.name;
}
