import type { EncodingDefaults, FieldValue, LayerDescription } from "./description.ts";
import type { Reader } from "./reader.ts";
import type { ValueKind } from "./value-kind.ts";

/**
 * All that is said about one kind of layer, once: parsing, the JSON schema for editors and encoding are derived from
 * its table of fields.
 */
export interface LayerFormat {
  readonly name: string;
  /** A full sentence for editors. */
  readonly description: string;
  /** Fields by name, in the order in which they are read and written; of two that overlap the later one wins. */
  readonly fields: Readonly<Record<string, FieldFormat>>;
  /** Length of the fixed header in bytes. */
  readonly size: number;
  /** The layer that must come before this one where none does that could carry it; `ip` is the fitting version. */
  readonly carrier?: "ether" | "llc" | "ip" | "ipv4" | "ipv6" | "udp";
  /** The field that a value which is no map stands for. */
  readonly shorthand?: string;
  /** A list in its place in a map describes several of them, outermost first. */
  readonly repeats?: boolean;
  /** Tells what is wrong between fields that are right each by itself. */
  check?(fields: Fields, reader: Reader): void;
  /** What follows the fixed header, of all the fields' values. */
  tail?(fields: Fields): Uint8Array;
  /** Computes what depends on what follows. Called from the innermost layer outwards, with all other fields written. */
  finish?(header: PlacedHeader): void;
}

export type Fields = Readonly<Record<string, FieldValue>>;

export interface FieldFormat {
  readonly kind: ValueKind;
  /** First bit in the fixed header, counted from the most significant bit of byte 0; absent: `tail` or another layer uses it. */
  readonly bit?: number;
  /** In bits. */
  readonly width: number;
  /** Where a description does not give the field; absent: what `finish` computes, else 0. */
  readonly default?: FieldValue | ((around: Surroundings) => FieldValue | undefined);
  /** For editors; says what the default is where that is not a constant. */
  readonly description: string;
}

/** What a default may depend on. */
export interface Surroundings {
  readonly defaults: EncodingDefaults;
  /** The fields that the description gives. */
  readonly fields: Fields;
  /** The layers that follow, with those that the description only implies. */
  readonly after: readonly LayerDescription[];
}

/** A header in its packet, with all that follows it. */
export interface PlacedHeader {
  /** The whole packet. */
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Where what it carries begins and ends; padding is behind that. */
  readonly payload: number;
  readonly end: number;
  /** The layers that follow. */
  readonly after: readonly LayerDescription[];
  /** Sum of the addresses in the pseudo header of the nearest IP header before this one, not folded; 0 without one. */
  readonly addressSum: number;
  /** The field's value, given or by default. */
  value(field: string): FieldValue | undefined;
  /** True where the description gives the field. */
  isGiven(field: string): boolean;
  /**
   * Writes the field unless the description gives it; throws NetsimError `bad-packet` above `maximum`.
   * @param maximum absent: the greatest number that the field can hold.
   */
  compute(field: string, value: number, maximum?: number): void;
}
