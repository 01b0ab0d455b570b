import type { Expression, RelationOperator } from "./ast.ts";
import { RELATIONS } from "./relation.ts";
import type { TokenStream } from "./token-stream.ts";

/** Fields of ATM's pseudo-header and of SS7's MTP3 that are compared by their names. */
const FIELDS: ReadonlySet<string> = new Set([
  ...["vpi", "vci", "sio", "opc", "dpc", "sls", "hsio", "hopc", "hdpc", "hsls"],
]);

/** Reads `vpi 0`, `vci > 31` or `opc (1 or 2)`; undefined where no such field stands. */
export function parseFieldTest(tokens: TokenStream): Expression | undefined {
  const start = tokens.peek();
  if (start.kind !== "keyword" || !FIELDS.has(start.text)) return undefined;
  tokens.take();
  const test = (operator: RelationOperator): Expression => {
    const { value } = tokens.expectKind("number", "a number");
    return { kind: "field", field: start.text, operator, value, ...tokens.spanFrom(start) };
  };
  const operator = tokens.peek().kind === "operator" ? RELATIONS.get(tokens.peek().text) : undefined;
  if (operator !== undefined) {
    tokens.take();
    return test(operator);
  }
  if (!tokens.takeIf("(")) return test("=");
  let list = test("=");
  while (tokens.takeIf("or")) list = { kind: "or", left: list, right: test("=") };
  tokens.expect(")");
  return list;
}
