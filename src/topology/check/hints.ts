import { suggestion } from "../../packet/describe/did-you-mean.ts";

/** Names that a list in a message shows before it is cut. */
const MOST_SHOWN = 12;

/** What to write instead of a name that does not exist: the one that is like it, or else all that there are. */
export function namesHint(name: string, candidates: readonly string[]): string {
  const meant = suggestion(name, candidates);
  if (meant !== undefined) return meant;
  if (candidates.length === 0) return "There is none.";
  return candidates.length === 1 ? `There is only ${candidates[0]}.` : `There are: ${enumerate(candidates)}.`;
}

/** `a, b, c`, cut where it is long. */
export function enumerate(names: readonly string[]): string {
  const shown = names.slice(0, MOST_SHOWN).join(", ");
  return names.length <= MOST_SHOWN ? shown : `${shown} and ${names.length - MOST_SHOWN} more`;
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
