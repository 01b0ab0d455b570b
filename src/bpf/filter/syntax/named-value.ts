import { nearestName } from "../../nearest-name.ts";
import { Refusal } from "./refusal.ts";
import type { TokenStream } from "./token-stream.ts";

/** Takes a name out of a table, in capitals or not, and returns what it stands for. `what` is a noun phrase with its article. */
export function takeNamed<T>(tokens: TokenStream, what: string, table: ReadonlyMap<string, T>): T {
  const token = tokens.expectKind("identifier", what);
  const value = table.get(token.text.toLowerCase());
  if (value !== undefined) return value;
  const near = nearestName(token.text, table.keys());
  throw new Refusal(
    token,
    `'${token.text}' is not ${what}.`,
    near === undefined ? `There are ${[...table.keys()].join(", ")}.` : `Did you mean '${near}'?`,
  );
}
