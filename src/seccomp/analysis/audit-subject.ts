import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { type Architecture, architectureNamed } from "../architecture/architecture.ts";
import type { Profile } from "../profile/profile.ts";

/** What is looked at: a filter, and the profile that it was made of if it is known. */
export interface AuditSubject {
  readonly program: readonly ClassicInstruction[];
  readonly profile?: Profile;
  /** Architecture of the machine. */
  readonly architecture: Architecture;
}

/** The other architectures that a machine's kernel runs programs of. */
export function entryPoints({ name }: Architecture): Architecture[] {
  const others: Readonly<Record<string, readonly string[]>> = {
    x86_64: ["x86", "x32"],
    aarch64: ["arm"],
    s390x: ["s390"],
  };
  return (others[name] ?? []).map(architectureNamed);
}
