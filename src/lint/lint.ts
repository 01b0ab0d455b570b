import type { Finding, Rule, Subject } from "./rule.ts";
import { cgroupCongestion } from "./rules/cgroup.ts";
import { missingPort, resubmitLoop, tableMiss, tableUnreached, unusedProgram } from "./rules/flow-tables.ts";
import { flowOverlap, flowReplaced, flowShadowed } from "./rules/flows-in-the-way.ts";
import { fqCodelDrops } from "./rules/fq-codel-drops.ts";
import { htbDefault } from "./rules/htb-default.ts";
import { loadAccepts } from "./rules/load-accepts.ts";
import { mapFills } from "./rules/map-fills.ts";
import { okEndsFilters } from "./rules/ok-ends-filters.ts";
import { keepsFewBytes, refusesAll } from "./rules/one-answer.ts";
import { redirectAtQdisc } from "./rules/redirect-at-qdisc.ts";
import { redirectIgnored, redirectWithoutTarget } from "./rules/redirect-without-target.ts";
import { seccompAudit } from "./rules/seccomp.ts";
import { staleChecksum } from "./rules/stale-checksum.ts";
import { tagInBytes } from "./rules/tag-in-bytes.ts";
import { unknownVerdict } from "./rules/unknown-verdict.ts";
import { xdpAborted, xdpTxUnchanged } from "./rules/xdp.ts";

export const RULES: readonly Rule[] = [
  okEndsFilters,
  loadAccepts,
  redirectAtQdisc,
  redirectWithoutTarget,
  redirectIgnored,
  unknownVerdict,
  refusesAll,
  keepsFewBytes,
  htbDefault,
  fqCodelDrops,
  tagInBytes,
  staleChecksum,
  xdpAborted,
  xdpTxUnchanged,
  cgroupCongestion,
  mapFills,
  flowShadowed,
  flowReplaced,
  flowOverlap,
  tableMiss,
  tableUnreached,
  resubmitLoop,
  missingPort,
  unusedProgram,
  seccompAudit,
];

/** What rules find, in the order of the file, behind it what they find in others. */
export function lint(subject: Subject): (Finding & { readonly rule: string })[] {
  const found = RULES.flatMap((rule) => [...rule.check(subject)].map((finding) => ({ rule: rule.name, ...finding })));
  const rank = (file: string) => (file === subject.file ? 0 : 1);
  return found.sort(
    ({ place: a }, { place: b }) =>
      rank(a.file) - rank(b.file) ||
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
