import type { Place } from "../errors.ts";

/** One run of a program: what it saw, which instructions it took, and which map entries it touched. */
export interface ProgramWay {
  readonly program: string;
  /** What it read of its context, or of a classic program's packet what there is, by name. */
  readonly context: Readonly<Record<string, number>>;
  readonly instructions: readonly { readonly index: number; readonly text: string; readonly place?: Place }[];
  /** Instructions that ran and are not among these. */
  readonly more: number;
  readonly maps: readonly MapTouch[];
  /** Unsigned, 32 bits. */
  readonly returned: number;
}

/** What a helper did to an entry of a map. */
export interface MapTouch {
  readonly map: string;
  /** As in `map_lookup_elem`. */
  readonly helper: string;
  /** In hexadecimal, bytes in the order of memory; absent in maps without keys. */
  readonly key?: string;
  /** The entry's value then; absent where there was none or none was given. */
  readonly before?: string;
  /** The same entry once the program ended, where it found one. */
  readonly after?: string;
}
