import { auditEntryPoints } from "./audit-entry-points.ts";
import { auditEscapes } from "./audit-escapes.ts";
import { auditRules } from "./audit-rules.ts";
import type { AuditSubject } from "./audit-subject.ts";
import { auditTraps } from "./audit-traps.ts";
import type { Finding } from "./finding.ts";

const RANK = { risk: 0, trap: 1, note: 2 } as const;

/** Looks for known escapes and traps, the worst first. Throws Undecidable for a filter that cannot be followed. */
export function audit(subject: AuditSubject): Finding[] {
  const findings = [
    ...auditEntryPoints(subject),
    ...auditEscapes(subject),
    ...auditTraps(subject),
    ...(subject.profile === undefined ? [] : auditRules(subject.profile)),
  ];
  return findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
}
