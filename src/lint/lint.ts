import type { Finding, Rule, Subject } from "./rule.ts";
import { fqCodelDrops } from "./rules/fq-codel-drops.ts";
import { htbDefault } from "./rules/htb-default.ts";
import { loadAccepts } from "./rules/load-accepts.ts";
import { okEndsFilters } from "./rules/ok-ends-filters.ts";
import { redirectAtQdisc } from "./rules/redirect-at-qdisc.ts";
import { tagInBytes } from "./rules/tag-in-bytes.ts";
import { unknownVerdict } from "./rules/unknown-verdict.ts";

export const RULES: readonly Rule[] = [
  okEndsFilters,
  loadAccepts,
  redirectAtQdisc,
  unknownVerdict,
  htbDefault,
  fqCodelDrops,
  tagInBytes,
];

/** What rules find, in the order of the file. */
export function lint(subject: Subject): (Finding & { readonly rule: string })[] {
  const found = RULES.flatMap((rule) => [...rule.check(subject)].map((finding) => ({ rule: rule.name, ...finding })));
  return found.sort(
    (a, b) => (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0),
  );
}
