import type { Cursor } from "./cursor.ts";

/** Two address spaces: 0 and 1, or 1 and 0. */
export function parseSpaces(cursor: Cursor): { to: number; from: number } {
  const to = cursor.integer("the address space", 0, 1);
  cursor.expect(",");
  const token = cursor.peek();
  const from = cursor.integer("the address space", 0, 1);
  if (to === from) cursor.fail(token, "A cast goes from one address space to the other.");
  return { to, from };
}
