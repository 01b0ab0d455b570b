import type { Span } from "./span.ts";

/**
 * What a token is. `keyword` and `operator` are told apart by their text; an `identifier` is any other name, `ipv4` two
 * to four numbers with dots, `mac` a 48-bit address, `arcnet` an 8-bit one (`$1f`).
 */
export type TokenKind = "keyword" | "operator" | "number" | "identifier" | "ipv4" | "ipv6" | "mac" | "arcnet" | "end";

export interface Token extends Span {
  readonly kind: TokenKind;
  /** As the grammar knows it: aliases of keywords and operators are gone, and so is a name's backslash. */
  readonly text: string;
  /** Value of a number or of a named constant, unsigned 32 bits. */
  readonly value: number;
}
