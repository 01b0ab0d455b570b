/** Control characters, and those that turn the direction of writing around: what a name must not do to a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are taken out
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The same value with `?` for every character in its texts that would do something to a terminal. */
export function printable<T>(value: T): T {
  if (typeof value === "string") return value.replace(UNPRINTABLE, "?") as T;
  if (Array.isArray(value)) return value.map(printable) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, printable(member)])) as T;
}
