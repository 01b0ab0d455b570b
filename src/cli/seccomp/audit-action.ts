import { EXIT, type ExitCode } from "../../errors.ts";
import { printable } from "../../report/printable.ts";
import { audit } from "../../seccomp/analysis/audit.ts";
import type { Finding } from "../../seccomp/analysis/finding.ts";
import type { Terminal } from "../command.ts";
import type { AuditFlags } from "./audit.ts";
import { decided } from "./decided.ts";
import { readPolicy } from "./policy-file.ts";

/** Tells what is known to go wrong with such a profile. */
export async function auditPolicy(file: string, flags: AuditFlags, terminal: Terminal): Promise<ExitCode> {
  const policy = readPolicy(file, flags, "linear", terminal);
  const findings = decided(policy.file, () => audit(policy));
  for (const finding of findings) terminal.out(flags.json ? `${JSON.stringify(finding)}\n` : findingText(finding));
  const isRisky = findings.some(({ severity }) => severity === "risk");
  return flags.strict && isRisky ? EXIT.expectationFailed : EXIT.ok;
}

function findingText({ code, severity, message, place, hint }: Finding): string {
  const where =
    place === undefined
      ? ""
      : `${[place.file, place.line, place.column].filter((part) => part !== undefined).join(":")}: `;
  const lines = [`${where}${severity}[${code}]: ${message}`];
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return `${lines.map(printable).join("\n")}\n`;
}
