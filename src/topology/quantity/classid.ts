import { QuantityError } from "./quantity.ts";

/** Reads a handle or class as tc writes it, `1:` or `1:1a`, both numbers in hexadecimal. Throws a QuantityError. */
export function parseClassid(text: string): number {
  const match = /^\s*([0-9a-f]{1,4}):([0-9a-f]{0,4})\s*$/i.exec(text);
  if (match === null)
    throw new QuantityError(
      `'${text}' is no class.`,
      "Write major:minor, both in hexadecimal and at most ffff, as in 1:10.",
    );
  return (Number.parseInt(match[1]!, 16) * 0x1_0000 + Number.parseInt(match[2]! || "0", 16)) >>> 0;
}

/** `1:10` */
export function formatClassid(classid: number): string {
  const minor = classid & 0xffff;
  return `${(classid >>> 16).toString(16)}:${minor === 0 ? "" : minor.toString(16)}`;
}
