import type { Primitive, Protocol } from "./ast.ts";
import { parseLlc } from "./llc-parser.ts";
import { parsePflog } from "./pflog-parser.ts";
import { isProtocol } from "./qualifier-parser.ts";
import type { TokenStream } from "./token-stream.ts";
import { parseWlan } from "./wlan-parser.ts";

const BYTE_OPERATORS = ["&", "|", "<", ">", "="] as const;
const ATM_TYPES: ReadonlySet<string> = new Set([
  ...["lane", "metac", "bcc", "oamf4ec", "oamf4sc", "sc", "ilmic", "oam", "oamf4", "connectmsg", "metaconnect"],
]);
const MTP2_TYPES: ReadonlySet<string> = new Set(["fisu", "lssu", "msu", "hfisu", "hlssu", "hmsu"]);

/** Reads a test that needs no address: `vlan 5`, `broadcast`, `less 60` and the like. Undefined: another kind of test begins here. */
export function parsePrimitive(tokens: TokenStream): Primitive | undefined {
  const start = tokens.peek();
  if (start.kind !== "keyword") return undefined;
  const protocol = isProtocol(start) ? start.text : undefined;
  const second = protocol === undefined ? start : tokens.peek(1);
  if (second.kind === "keyword")
    switch (second.text) {
      case "broadcast":
      case "multicast":
        takeBoth(tokens, protocol);
        return { kind: second.text, protocol, ...tokens.spanFrom(start) };
      case "type":
      case "subtype":
      case "dir":
        if (protocol !== undefined) tokens.take();
        return parseWlan(tokens, start);
    }
  if (protocol !== undefined) return undefined;
  switch (start.text) {
    case "less":
    case "greater":
      tokens.take();
      return { kind: start.text, value: takeNumber(tokens), ...tokens.spanFrom(start) };
    case "byte":
      return parseByte(tokens);
    case "inbound":
    case "outbound":
    case "pppoed":
      tokens.take();
      return { kind: start.text, ...tokens.spanFrom(start) };
    case "ifindex":
      tokens.take();
      return { kind: start.text, value: takeNumber(tokens), ...tokens.spanFrom(start) };
    case "vlan":
    case "mpls":
    case "pppoes":
    case "geneve":
    case "vxlan":
      tokens.take();
      return { kind: start.text, value: takeGroupedNumber(tokens), ...tokens.spanFrom(start) };
    case "llc":
      return parseLlc(tokens);
  }
  if (ATM_TYPES.has(start.text)) {
    tokens.take();
    return { kind: "atm-type", name: start.text, ...tokens.spanFrom(start) };
  }
  if (MTP2_TYPES.has(start.text)) {
    tokens.take();
    return { kind: "mtp2-type", name: start.text, ...tokens.spanFrom(start) };
  }
  return parsePflog(tokens);
}

function takeBoth(tokens: TokenStream, protocol: Protocol | undefined): void {
  if (protocol !== undefined) tokens.take();
  tokens.take();
}

function takeNumber(tokens: TokenStream): number {
  return tokens.expectKind("number", "a number").value;
}

/** A number, in any parentheses; undefined where there is neither. */
function takeGroupedNumber(tokens: TokenStream): number | undefined {
  if (tokens.peek().kind === "number") return tokens.take().value;
  if (!tokens.at("(")) return undefined;
  let open = 0;
  while (tokens.takeIf("(")) open++;
  const value = takeNumber(tokens);
  while (open-- > 0) tokens.expect(")");
  return value;
}

function parseByte(tokens: TokenStream): Primitive {
  const start = tokens.take();
  const index = takeNumber(tokens);
  const operator = BYTE_OPERATORS.find((each) => tokens.takeIf(each));
  if (operator === undefined) return tokens.fail("one of & | < > =");
  return { kind: "byte", index, operator, value: takeNumber(tokens), ...tokens.spanFrom(start) };
}
