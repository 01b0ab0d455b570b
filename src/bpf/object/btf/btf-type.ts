/**
 * A type as BTF describes it (Documentation/bpf/btf.rst). `type`, `returns` and the like are ids in the same Btf; 0 is void.
 * Sizes and offsets are in bytes unless they say bits. Names are "" where there is none.
 */
export type BtfType =
  | { readonly kind: "void" }
  | {
      readonly kind: "int";
      readonly name: string;
      readonly size: number;
      readonly bits: number;
      readonly bitOffset: number;
      readonly signed: boolean;
      readonly meaning: "number" | "character" | "boolean";
    }
  | { readonly kind: "float"; readonly name: string; readonly size: number }
  | { readonly kind: "pointer"; readonly type: number }
  | { readonly kind: "array"; readonly element: number; readonly index: number; readonly count: number }
  | BtfComposite
  | BtfEnumeration
  | { readonly kind: "forward"; readonly name: string; readonly of: "struct" | "union" }
  | { readonly kind: "typedef"; readonly name: string; readonly type: number }
  | { readonly kind: "volatile" | "const" | "restrict"; readonly type: number }
  | { readonly kind: "type-tag"; readonly name: string; readonly type: number }
  | {
      readonly kind: "declaration-tag";
      readonly name: string;
      readonly type: number;
      /** Member or parameter that it is about; -1: the type itself. */
      readonly component: number;
    }
  | { readonly kind: "function"; readonly name: string; readonly type: number; readonly linkage: BtfLinkage }
  | { readonly kind: "prototype"; readonly returns: number; readonly parameters: readonly BtfParameter[] }
  | { readonly kind: "variable"; readonly name: string; readonly type: number; readonly linkage: BtfLinkage }
  | {
      readonly kind: "section";
      readonly name: string;
      readonly size: number;
      readonly variables: readonly { readonly type: number; readonly offset: number; readonly size: number }[];
    };

/** A struct or union. */
export interface BtfComposite {
  readonly kind: "struct" | "union";
  readonly name: string;
  readonly size: number;
  readonly members: readonly BtfMember[];
}

export interface BtfMember {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
  /** Bits of a bit field; 0 for other members. */
  readonly bitSize: number;
}

/** `enum` or, with 64-bit values, `enum64`. */
export interface BtfEnumeration {
  readonly kind: "enum" | "enum64";
  readonly name: string;
  readonly size: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

/** The last parameter of a variadic prototype has no name and type 0. */
export interface BtfParameter {
  readonly name: string;
  readonly type: number;
}

export type BtfLinkage = "static" | "global" | "extern";

export type BtfKind = BtfType["kind"];

/** Types by their ids, which count from 1; id 0 is void. */
export interface Btf {
  /** How many there are, void among them: ids are below it. */
  readonly count: number;
  /** Throws RangeError for an id that there is not. */
  type(id: number): BtfType;
  /** Its name; "" where it has none. Cheaper than the type. */
  name(id: number): string;
  /** The first type of that kind and name; undefined where there is none. */
  find(kind: BtfKind, name: string): number | undefined;
}
