import { nearestName } from "../../bpf/nearest-name.ts";
import { type Diagnostic, type ErrorCode, NetsimError, type Place } from "../../errors.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { ARCHITECTURES, findArchitecture } from "../architecture/architecture.ts";
import { isSyscall, syscallNames } from "../architecture/syscalls.ts";

/** Collects what is wrong with a profile, so that all of it is told at once. */
export class Problems {
  readonly errors: Diagnostic[] = [];
  readonly warnings: Diagnostic[] = [];

  error(code: ErrorCode, place: Place, message: string, hint?: string): void {
    this.errors.push({ code, severity: "error", message, place, ...(hint === undefined ? {} : { hint }) });
  }

  warn(code: ErrorCode, place: Place, message: string, hint?: string): void {
    this.warnings.push({ code, severity: "warning", message, place, ...(hint === undefined ? {} : { hint }) });
  }

  /** Throws a NetsimError with all errors, if there are any. */
  throwIfAny(): void {
    if (this.errors.length > 0) throw new NetsimError(this.errors);
  }

  /** True where some architecture has the call; else a problem is noted. */
  isCall(name: string, place: Place): boolean {
    if (isSyscall(name)) return true;
    this.error(
      "unknown-reference",
      place,
      `No architecture has a system call '${name}'.`,
      didYouMean(nearestName(name, syscallNames())),
    );
    return false;
  }

  /** The architecture of that name; else a problem is noted. */
  architecture(name: string, place: Place): Architecture | undefined {
    const found = findArchitecture(name);
    if (found === undefined)
      this.error(
        "unknown-reference",
        place,
        `There is no architecture '${name}'.`,
        didYouMean(
          nearestName(
            name,
            ARCHITECTURES.flatMap((each) => [each.name, `SCMP_ARCH_${each.name.toUpperCase()}`, ...each.aliases]),
          ),
        ) ?? `Known are ${ARCHITECTURES.map((each) => each.name).join(", ")}.`,
      );
    return found;
  }
}

/** A hint, where a name is near. */
export function didYouMean(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `Did you mean '${name}'?`;
}
