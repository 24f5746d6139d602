import type { FieldKinds } from './field-kinds.js';

/** Changes of an address space, and the faults that fill it. Ranges are [start, end); file is a path. */
export const mmEvents = {
  'mm:mmap': { start: 'address', end: 'address', prot: 'bits', flags: 'bits', vm_flags: 'bits', file: 'text?', pgoff: 'int' },
  'mm:munmap': { start: 'address', end: 'address' },
  'mm:mprotect': { start: 'address', end: 'address', prot: 'bits' },
  'mm:brk': { start_brk: 'address', brk: 'address' },
  /** bss and heap of an image: anonymous memory at a fixed place. */
  'mm:vm_brk_flags': { start: 'address', end: 'address', exec: 'bool' },
  'mm:mremap': { old_start: 'address', old_end: 'address', start: 'address', end: 'address' },
  /** start: what the stack grew down to; old_start: where it began before. */
  'mm:expand_stack': { address: 'address', old_start: 'address', start: 'address', end: 'address' },
  /** An address space without users goes. pages: that were mapped at all; rss: those in memory. */
  'mm:exit_mmap': { vmas: 'int', pages: 'int', rss: 'int' },
  /** result: 'minor', 'major', 'sigsegv', 'sigbus', 'oom'. pages: that this fault mapped. */
  'mm:handle_mm_fault': {
    address: 'address',
    write: 'bool',
    exec: 'bool',
    user: 'bool',
    result: 'text',
    kind: 'text?',
    vma_start: 'address?',
    vma_end: 'address?',
    file: 'text?',
    pgoff: 'int?',
    pages: 'int',
    pfn: 'int?',
  },
  'exceptions:page_fault_user': { address: 'address', ip: 'address', error_code: 'bits' },
} as const satisfies Record<`${'mm' | 'exceptions'}:${string}`, FieldKinds>;
