import { nearestName } from "../../bpf/nearest-name.ts";

/** A hint that names the candidate most like `word`, if one is close enough to be meant. */
export function suggestion(word: string, candidates: readonly string[]): string | undefined {
  // Of two that are alike the first counts.
  const byPlain = new Map(candidates.toReversed().map((candidate) => [plain(candidate), candidate]));
  const best = nearestName(plain(word), [...byPlain.keys()].toReversed());
  return best === undefined ? undefined : `Did you mean \`${byPlain.get(best)}\`?`;
}

/** What only differs in case and in how words are joined is alike. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[\s_-]/g, "");
}
