import type { Condition } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { equals, equalsBytes } from "./load.ts";

/** Where struct pfloghdr has its fields: offset and size. */
const NAMES = { ifname: [4, 16], ruleset: [20, 16] } as const;
const NUMBERS = { action: [2, 1], reason: [3, 1], rnr: [36, 4], srnr: [40, 4] } as const;

/** `ifname` and `ruleset`. The name's end is not looked at: `em1` is found in `em10` too. */
export function pflogName(c: Context, field: keyof typeof NAMES, text: string): Condition {
  requirePflog(c, field);
  const [offset, size] = NAMES[field];
  const bytes = new TextEncoder().encode(text);
  if (bytes.length >= size) return c.fail(`'${field}' names have at most ${size - 1} characters.`);
  return equalsBytes(c, "header", offset, bytes);
}

/** `rnr`, `srnr`, `reason` and `action`. */
export function pflogNumber(c: Context, field: keyof typeof NUMBERS, value: number): Condition {
  requirePflog(c, field);
  const [offset, size] = NUMBERS[field];
  return equals(c, "header", offset, size, value);
}

function requirePflog(c: Context, field: string): void {
  if (!c.on("PFLOG")) c.fail(`'${field}' is there in OpenBSD's pflog only, not in link type ${c.linkTypeName}.`);
}
