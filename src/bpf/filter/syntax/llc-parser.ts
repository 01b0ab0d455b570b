import type { LlcFrames, Primitive } from "./ast.ts";
import { takeNamed } from "./named-value.ts";
import type { TokenStream } from "./token-stream.ts";

/** Formats of IEEE 802.2 frames, and their kinds with the value of the control field. */
const FRAMES: ReadonlyMap<string, LlcFrames> = new Map<string, LlcFrames>([
  ["i", { format: "i" }],
  ["s", { format: "s" }],
  ["u", { format: "u" }],
  ["rr", { format: "s", control: 0x01 }],
  ["rnr", { format: "s", control: 0x05 }],
  ["rej", { format: "s", control: 0x09 }],
  ["ui", { format: "u", control: 0x03 }],
  ["ua", { format: "u", control: 0x63 }],
  ["disc", { format: "u", control: 0x43 }],
  ["dm", { format: "u", control: 0x0f }],
  ["sabme", { format: "u", control: 0x6f }],
  ["test", { format: "u", control: 0xe3 }],
  ["xid", { format: "u", control: 0xaf }],
  ["frmr", { format: "u", control: 0x87 }],
]);

/** Reads `llc` and the kind of frame behind it, if there is one. */
export function parseLlc(tokens: TokenStream): Primitive {
  const start = tokens.take();
  const frames = takeFrames(tokens);
  return { kind: "llc", frames, ...tokens.spanFrom(start) };
}

function takeFrames(tokens: TokenStream): LlcFrames | undefined {
  // A keyword of pflog's elsewhere; its other spelling does not count here.
  if (tokens.takeIf("rnr")) return FRAMES.get("rnr");
  return tokens.peek().kind === "identifier" ? takeNamed(tokens, "a kind of 802.2 frame", FRAMES) : undefined;
}
