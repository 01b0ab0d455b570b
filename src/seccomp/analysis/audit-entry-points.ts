import { effectOf, runsCall } from "../../hooks/seccomp/action.ts";
import { type Architecture, X32_BIT } from "../architecture/architecture.ts";
import { syscallsOf } from "../architecture/syscalls.ts";
import { runs } from "./audit-answers.ts";
import { type AuditSubject, entryPoints } from "./audit-subject.ts";
import type { Finding } from "./finding.ts";
import { leaves } from "./symbolic.ts";
import { WordSet } from "./word-set.ts";

/** No architecture's AUDIT_ARCH_ value. */
const NO_ARCHITECTURE = 0x1234_5678;

/** Ways into the kernel besides the machine's own: other architectures' calls. */
export function auditEntryPoints({ program, architecture }: AuditSubject): Finding[] {
  const findings: Finding[] = [];
  const foreign = [...leaves(program, new Map([[1, WordSet.of(NO_ARCHITECTURE)]]))];
  if (foreign.some(({ returnValue }) => runsCall(effectOf(returnValue))))
    findings.push({
      code: "architecture-unchecked",
      severity: "risk",
      message: "Calls of architectures that the filter does not name run: numbers mean other calls there.",
      hint: "Load arch first, and kill what is not expected.",
    });
  for (const other of entryPoints(architecture)) {
    const open = openedBy(program, architecture, other);
    if (open.length === 0) continue;
    const code = other.name === "x32" ? "x32-open" : "compat-open";
    findings.push({
      code,
      severity: "risk",
      message: `Calls that ${architecture.name} is refused run as calls of ${other.name}: ${list(open)}.`,
      hint:
        other.name === "x32"
          ? `Refuse numbers from 0x${X32_BIT.toString(16)}.`
          : `Give ${other.name} the same rules, or refuse its AUDIT_ARCH_ value, 0x${other.audit.toString(16)}.`,
    });
  }
  return findings;
}

/** Calls that never run on the one architecture and run on the other. */
function openedBy(program: AuditSubject["program"], own: Architecture, other: Architecture): string[] {
  return syscallsOf(other)
    .map(({ name }) => name)
    .filter((name) => runs(program, own, name) === "never" && runs(program, other, name) !== "never");
}

const MOST = 8;

/** Names as one reads them, the first few. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST).join(", ");
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}
