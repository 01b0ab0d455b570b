import { formatMatch } from "../match/format-match.ts";
import type { Translation } from "../translate/translation.ts";

/** The flow and the bits of it that count, as the line `Megaflow:` of ofproto/trace has them. */
export function formatMegaflow({ original, wanted }: Translation): string {
  return formatMatch({ key: original.map((byte, i) => byte & wanted[i]!), mask: wanted });
}
