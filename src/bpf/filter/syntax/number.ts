import { Refusal } from "./refusal.ts";
import type { Span } from "./span.ts";

/** Value of a number as C writes it: `0x` is hexadecimal, a leading 0 octal. Throws where it is more than 32 bits. */
export function numberValue(text: string, span: Span): number {
  const octal = /^0[0-9]/.test(text);
  if (octal && /[89]/.test(text))
    throw new Refusal(span, `'${text}' begins with 0 and so is octal, but has a digit above 7.`, "Leave out the 0.");
  const value = octal ? Number(`0o${text}`) : Number(text);
  if (value > 0xffff_ffff) throw new Refusal(span, `${text} does not fit into 32 bits.`);
  return value;
}
