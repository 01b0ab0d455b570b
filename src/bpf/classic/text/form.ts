import { EXTENSION_NAMES } from "../mnemonics.ts";
import type { Token } from "./token.ts";

/**
 * The ways to write a classic program:
 * - `bpf_asm`: the assembler of the kernel's tools/bpf, with labels;
 * - `tcpdump-d`: a listing with instruction numbers, as libpcap's bpf_image prints it;
 * - `tcpdump-dd`: lines of a C array, `{ 0x28, 0, 0, 0x0000000c },`;
 * - `tcpdump-ddd`: a line with the count, then a line of four decimal numbers per instruction;
 * - `bytecode`: the same separated by commas, as tc and the xt_bpf match of iptables take it.
 */
export const CLASSIC_FORMS = ["bpf_asm", "tcpdump-d", "tcpdump-dd", "tcpdump-ddd", "bytecode"] as const;
export type ClassicForm = (typeof CLASSIC_FORMS)[number];

/** Tells the form of a program's text by its first characters and, for the two with mnemonics, by what only one of them has. */
export function formOf(tokens: readonly Token[]): ClassicForm {
  const [first, second] = tokens;
  if (first?.text === "{") return "tcpdump-dd";
  if (first?.kind === "number") return second?.text === "," ? "bytecode" : "tcpdump-ddd";
  if (tokens.some((token, i) => isNumbered(token) || isNumericBranch(token, tokens[i + 1]))) return "tcpdump-d";
  if (tokens.some(({ text }) => text === ":" || text === ",")) return "bpf_asm";
  return tokens.some((token, i) => isOnlyInListings(token, tokens[i + 1])) ? "tcpdump-d" : "bpf_asm";
}

/** `(000)` at the beginning of a line */
function isNumbered(token: Token): boolean {
  return token.text === "(" && token.startsLine;
}

/** `jt 2` */
function isNumericBranch(token: Token, next: Token | undefined): boolean {
  return (token.text === "jt" || token.text === "jf") && next?.kind === "number";
}

/** `ja 5`, `unimp 0x81`, `ret` without an operand, and `[proto]` */
function isOnlyInListings(token: Token, next: Token | undefined): boolean {
  if (token.text === "[") return EXTENSION_NAMES.has(next?.text ?? "");
  if (token.text === "ja") return next?.kind === "number";
  return token.text === "unimp" || (token.text === "ret" && next?.startsLine !== false);
}
