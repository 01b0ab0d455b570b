import { dirname, join } from "node:path";
import { fail } from "../../errors.ts";
import { type Architecture, DEFAULT_ARCHITECTURE, findArchitecture } from "../../seccomp/architecture/architecture.ts";
import type { Dispatch } from "../../seccomp/compile/dispatch.ts";
import { decodeText, type Policy, readPolicyBytes } from "../../seccomp/policy.ts";
import { DEFAULT_CAPABILITIES, type ProfileTarget } from "../../seccomp/profile/profile.ts";
import { readTextFile } from "../../topology/document.ts";
import { SourceText } from "../../topology/yaml/source-text.ts";
import { readInput } from "../bpf/program-file.ts";
import type { Terminal } from "../command.ts";
import { showDiagnostics } from "../show-failure.ts";
import type { TargetFlags } from "./target-options.ts";

/** Bytes of the largest profile that is read. */
const LARGEST = 16 << 20;

/** What `--arch`, `--cap` and `--kernel` say. Throws a NetsimError `usage` for an architecture that does not exist. */
export function targetOf({ arch, cap, kernel }: TargetFlags): ProfileTarget {
  return {
    architecture: arch === undefined ? DEFAULT_ARCHITECTURE : architectureOption(arch),
    capabilities: cap === undefined ? DEFAULT_CAPABILITIES : capabilitiesOf(cap),
    ...(kernel === undefined ? {} : { kernel }),
  };
}

/** The architecture of that name. Throws a NetsimError `usage`. */
export function architectureOption(name: string): Architecture {
  return (
    findArchitecture(name) ??
    fail("usage", `There is no architecture '${name}'.`, {
      hint: "Architectures are x86_64, x86, x32, arm, aarch64, riscv64, s390x, ppc64le, mips, loongarch64 and others.",
    })
  );
}

function capabilitiesOf(names: readonly string[]): ReadonlySet<string> {
  if (names.includes("NONE")) return new Set();
  if (!names.includes("ALL")) return new Set(names);
  return { has: () => true, size: Number.POSITIVE_INFINITY } as unknown as ReadonlySet<string>;
}

/** Reads a profile or a filter, and tells what is odd about it. Throws a NetsimError. */
export function readPolicy(file: string, flags: TargetFlags, how: Dispatch, terminal: Terminal): Policy {
  const target = targetOf(flags);
  const input = readInput(file, terminal);
  const policy = readPolicyBytes(input.name, input.bytes, target, how, (path, from) => {
    const included = join(dirname(from.file), path);
    return new SourceText(included, decodeText(included, readTextFile(included, LARGEST)));
  });
  const warnings = policy.profile?.warnings ?? [];
  if (warnings.length > 0) showDiagnostics(warnings, terminal);
  return flags.arch === undefined ? policy : { ...policy, architecture: target.architecture };
}
