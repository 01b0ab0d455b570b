import type { Primitive } from "./ast.ts";
import { takeNamed } from "./named-value.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reasons of OpenBSD's packet filter, PFRES_ of net/pfvar.h. */
const REASONS = new Map(
  ["match", "bad-offset", "fragment", "short", "normalize", "memory", "bad-timestamp", "congestion", "ip-option"]
    .concat(["proto-cksum", "state-mismatch", "state-insert", "state-limit", "src-limit", "synproxy"])
    .map((name, value) => [name, value]),
);

/** Its actions, PF_ of the same file. */
const ACTIONS = new Map<string, number>([
  ...["pass", "drop", "scrub", "noscrub", "nat", "nonat", "binat", "nobinat", "rdr", "nordr", "synproxy-drop"].map(
    (name, value): [string, number] => [name, value],
  ),
  ["accept", 0],
  ["block", 1],
]);

/** Reads a test of pflog's header; undefined where none stands. */
export function parsePflog(tokens: TokenStream): Primitive | undefined {
  const start = tokens.peek();
  const field = start.text;
  switch (field) {
    case "ifname":
    case "ruleset": {
      tokens.take();
      const { text } = tokens.expectKind("identifier", "a name");
      return { kind: "pflog-name", field, text, ...tokens.spanFrom(start) };
    }
    case "rnr":
    case "srnr": {
      tokens.take();
      const { value } = tokens.expectKind("number", "a rule's number");
      return { kind: "pflog-number", field, value, ...tokens.spanFrom(start) };
    }
    case "reason": {
      tokens.take();
      const value =
        tokens.peek().kind === "number"
          ? tokens.take().value
          : takeNamed(tokens, "a reason of the packet filter", REASONS);
      return { kind: "pflog-number", field, value, ...tokens.spanFrom(start) };
    }
    case "action": {
      tokens.take();
      const value = takeNamed(tokens, "an action of the packet filter", ACTIONS);
      return { kind: "pflog-number", field, value, ...tokens.spanFrom(start) };
    }
    default:
      return undefined;
  }
}
