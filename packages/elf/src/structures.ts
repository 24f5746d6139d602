import { Layout, type Values } from './layout.js';

/** Elf32_Ehdr, Elf64_Ehdr from e_type on; e_ident stands before it. */
export const EHDR = new Layout({
  e_type: 'half',
  e_machine: 'half',
  e_version: 'word',
  e_entry: 'native',
  e_phoff: 'native',
  e_shoff: 'native',
  e_flags: 'word',
  e_ehsize: 'half',
  e_phentsize: 'half',
  e_phnum: 'half',
  e_shentsize: 'half',
  e_shnum: 'half',
  e_shstrndx: 'half',
} as const);
export type EhdrValues = typeof EHDR extends Layout<infer S> ? Values<S> : never;

export const PHDR = new Layout(
  {
    p_type: 'word',
    p_flags: 'word',
    p_offset: 'native',
    p_vaddr: 'native',
    p_paddr: 'native',
    p_filesz: 'native',
    p_memsz: 'native',
    p_align: 'native',
  } as const,
  ['p_type', 'p_offset', 'p_vaddr', 'p_paddr', 'p_filesz', 'p_memsz', 'p_flags', 'p_align'],
);
export type PhdrValues = typeof PHDR extends Layout<infer S> ? Values<S> : never;

export const SHDR = new Layout({
  sh_name: 'word',
  sh_type: 'word',
  sh_flags: 'native',
  sh_addr: 'native',
  sh_offset: 'native',
  sh_size: 'native',
  sh_link: 'word',
  sh_info: 'word',
  sh_addralign: 'native',
  sh_entsize: 'native',
} as const);
export type ShdrValues = typeof SHDR extends Layout<infer S> ? Values<S> : never;

export const SYM = new Layout(
  { st_name: 'word', st_info: 'byte', st_other: 'byte', st_shndx: 'half', st_value: 'native', st_size: 'native' } as const,
  ['st_name', 'st_value', 'st_size', 'st_info', 'st_other', 'st_shndx'],
);
export type SymValues = typeof SYM extends Layout<infer S> ? Values<S> : never;

export const REL = new Layout({ r_offset: 'native', r_info: 'native' } as const);
export const RELA = new Layout({ r_offset: 'native', r_info: 'native', r_addend: 'signed' } as const);
export type RelaValues = typeof RELA extends Layout<infer S> ? Values<S> : never;

export const DYN = new Layout({ d_tag: 'native', d_val: 'native' } as const);
export type DynValues = typeof DYN extends Layout<infer S> ? Values<S> : never;

/** Elf_Nhdr: the same in both classes. Name and descriptor follow, each padded. */
export const NHDR = new Layout({ n_namesz: 'word', n_descsz: 'word', n_type: 'word' } as const);
export type NhdrValues = typeof NHDR extends Layout<infer S> ? Values<S> : never;

export const VERDEF = new Layout({
  vd_version: 'half',
  vd_flags: 'half',
  vd_ndx: 'half',
  vd_cnt: 'half',
  vd_hash: 'word',
  vd_aux: 'word',
  vd_next: 'word',
} as const);
export type VerdefValues = typeof VERDEF extends Layout<infer S> ? Values<S> : never;

export const VERDAUX = new Layout({ vda_name: 'word', vda_next: 'word' } as const);
export type VerdauxValues = typeof VERDAUX extends Layout<infer S> ? Values<S> : never;

export const VERNEED = new Layout({ vn_version: 'half', vn_cnt: 'half', vn_file: 'word', vn_aux: 'word', vn_next: 'word' } as const);
export type VerneedValues = typeof VERNEED extends Layout<infer S> ? Values<S> : never;

export const VERNAUX = new Layout({ vna_hash: 'word', vna_flags: 'half', vna_other: 'half', vna_name: 'word', vna_next: 'word' } as const);
export type VernauxValues = typeof VERNAUX extends Layout<infer S> ? Values<S> : never;

/** The head of a compressed section; 64-bit files have a reserved word behind ch_type. */
export const CHDR32 = new Layout({ ch_type: 'word', ch_size: 'native', ch_addralign: 'native' } as const);
export const CHDR64 = new Layout({ ch_type: 'word', ch_reserved: 'word', ch_size: 'native', ch_addralign: 'native' } as const);
