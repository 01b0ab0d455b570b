import type { Operand } from "./ast.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads an address or a name; undefined where another thing stands. A number is read elsewhere: it may begin arithmetic. */
export function parseOperand(tokens: TokenStream): Operand | undefined {
  const { kind, text } = tokens.peek();
  switch (kind) {
    case "identifier":
      tokens.take();
      return { kind: "name", text };
    case "mac":
    case "arcnet":
      tokens.take();
      return { kind, text };
    case "ipv4":
      tokens.take();
      if (tokens.takeIf("/")) return { kind: "ipv4-prefix", text, length: prefixLength(tokens) };
      if (tokens.takeIf("mask"))
        return { kind: "ipv4-mask", text, mask: tokens.expectKind("ipv4", "a mask like 255.255.0.0").text };
      return { kind, text };
    case "ipv6":
      tokens.take();
      return tokens.takeIf("/") ? { kind: "ipv6-prefix", text, length: prefixLength(tokens) } : { kind, text };
    default:
      return undefined;
  }
}

function prefixLength(tokens: TokenStream): number {
  return tokens.expectKind("number", "the length of a prefix").value;
}
