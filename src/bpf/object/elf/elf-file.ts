/** An ELF64 file (gABI, chapters 4 and 5): what of it objects of BPF programs use. */
export interface ElfFile {
  readonly little: boolean;
  /** By their numbers; the first is the empty one. */
  readonly sections: readonly ElfSection[];
  /** By their numbers; the first is the empty one. */
  readonly symbols: readonly ElfSymbol[];
}

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** SECTION */
  readonly type: number;
  /** SECTION_FLAG */
  readonly flags: number;
  readonly size: number;
  /** For a symbol table its strings, for relocations their symbols: a section's number. */
  readonly link: number;
  /** For relocations the number of the section that they change. */
  readonly info: number;
  /** Empty where the file holds none (SECTION.nobits). */
  readonly bytes: Uint8Array;
  /** Byte of the file where they begin. */
  readonly offset: number;
}

export interface ElfSymbol {
  readonly index: number;
  readonly name: string;
  /** Byte in its section. */
  readonly value: number;
  readonly size: number;
  /** BINDING */
  readonly binding: number;
  /** SYMBOL */
  readonly type: number;
  /** Known in the object alone though it is global (STV_INTERNAL, STV_HIDDEN). */
  readonly hidden: boolean;
  /** Number of its section; 0 where it is defined elsewhere. */
  readonly section: number;
}

/** One change to be made to a section's bytes. */
export interface ElfRelocation {
  /** Byte in the section that is changed. */
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
  /** Of RELA sections; REL sections keep it in the bytes themselves. */
  readonly addend: number;
  /** Byte of this entry in its own section. */
  readonly at: number;
}

export const SECTION = { progbits: 1, symtab: 2, strtab: 3, rela: 4, nobits: 8, rel: 9 } as const;
export const SECTION_FLAG = { write: 1, alloc: 2, executable: 4 } as const;
export const BINDING = { local: 0, global: 1, weak: 2 } as const;
export const SYMBOL = { none: 0, object: 1, function: 2, section: 3, file: 4 } as const;

/** Bytes of a relocation entry. */
export const RELOCATION_BYTES = { rel: 16, rela: 24 } as const;
