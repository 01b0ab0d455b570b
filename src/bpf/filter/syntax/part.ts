import type { Arithmetic, Expression, Qualifiers } from "./ast.ts";
import type { Span } from "./span.ts";

/**
 * Something that was read, before it is known what it is part of:
 * - `term`: a whole test, with the qualifiers that a bare address after it takes over;
 * - `number`: a number, in parentheses or not: an address without qualifiers, or the beginning of arithmetic;
 * - `id`: an address without qualifiers, or several in parentheses; `grouped` where the parentheses are around all of it;
 * - `arithmetic`: a value that still has to be compared with something.
 */
export type Part =
  | { readonly kind: "term"; readonly expression: Expression; readonly qualifiers: Qualifiers | undefined }
  | { readonly kind: "number"; readonly value: number; readonly span: Span }
  | { readonly kind: "id"; readonly expression: Expression; readonly grouped: boolean; readonly span: Span }
  | { readonly kind: "arithmetic"; readonly value: Arithmetic };
