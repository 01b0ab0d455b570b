import { type AddressType, type Direction, PROTOCOLS, type Protocol, type Qualifiers } from "./ast.ts";
import type { Token } from "./token.ts";
import type { TokenStream } from "./token-stream.ts";

const PROTOCOL_NAMES: ReadonlySet<string> = new Set(PROTOCOLS);
const ADDRESSES: ReadonlySet<string> = new Set(["addr1", "addr2", "addr3", "addr4", "ra", "ta"]);
const TYPES_WITH_DIRECTION: ReadonlySet<string> = new Set(["host", "net", "port", "portrange"]);
const TYPES_WITHOUT_DIRECTION: ReadonlySet<string> = new Set(["proto", "protochain", "gateway"]);

/** Whether a token is a protocol's name. */
export function isProtocol(token: Token): token is Token & { readonly text: Protocol } {
  return token.kind === "keyword" && PROTOCOL_NAMES.has(token.text);
}

/** Reads what stands before an address. `alone`: it was a protocol's name and nothing more, which is a test by itself. */
export function parseQualifiers(tokens: TokenStream): { qualifiers: Qualifiers; alone?: Protocol } {
  const first = tokens.peek();
  const protocol = isProtocol(first) ? first.text : undefined;
  if (protocol !== undefined) tokens.take();
  const direction = takeDirection(tokens);
  const type = takeType(tokens, direction);
  const qualifiers: Qualifiers = {
    ...(protocol === undefined ? {} : { protocol }),
    ...(direction === undefined ? {} : { direction }),
    ...(type === undefined ? {} : { type }),
  };
  if (direction !== undefined || type !== undefined) return { qualifiers };
  if (protocol !== undefined) return { qualifiers, alone: protocol };
  return tokens.fail("a test of the packet", "Tests begin like 'tcp', 'host 10.0.0.1', 'src port 22' or 'ip[8] < 5'.");
}

function takeDirection(tokens: TokenStream): Direction | undefined {
  const { kind, text } = tokens.peek();
  if (kind !== "keyword") return undefined;
  if (ADDRESSES.has(text)) {
    tokens.take();
    return text as Direction;
  }
  if (text !== "src" && text !== "dst") return undefined;
  tokens.take();
  for (const both of ["or", "and"] as const)
    if (tokens.at(both)) {
      tokens.take();
      tokens.expect(text === "src" ? "dst" : "src");
      return both;
    }
  return text;
}

function takeType(tokens: TokenStream, direction: Direction | undefined): AddressType | undefined {
  const { kind, text } = tokens.peek();
  if (kind !== "keyword") return undefined;
  if (!TYPES_WITH_DIRECTION.has(text) && !(direction === undefined && TYPES_WITHOUT_DIRECTION.has(text)))
    return undefined;
  tokens.take();
  return text as AddressType;
}
