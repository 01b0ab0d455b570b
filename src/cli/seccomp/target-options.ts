import { type Command, InvalidArgumentError } from "commander";

/** Options that say what a profile is for. */
export interface TargetFlags {
  /** Name of an architecture. */
  readonly arch?: string;
  readonly cap?: readonly string[];
  readonly kernel?: string;
}

/** Adds `--arch`, `--cap` and `--kernel`. */
export function targetOptions(command: Command): Command {
  return command
    .option("--arch <name>", "the machine, as x86_64, aarch64 or amd64 (default: x86_64)")
    .option(
      "--cap <names>",
      "capabilities that OCI profiles choose rules by, as CAP_SYS_ADMIN,CAP_BPF, ALL or NONE (default: Docker's)",
      parseCapabilities,
    )
    .option(
      "--kernel <release>",
      "kernel that OCI profiles choose rules by, as 5.10 (default: the newest)",
      parseRelease,
    );
}

function parseCapabilities(text: string): readonly string[] {
  return text.split(",").map((name) => {
    const upper = name.trim().toUpperCase();
    if (upper === "ALL" || upper === "NONE") return upper;
    if (!/^[A-Z_]+$/.test(upper))
      throw new InvalidArgumentError("Capabilities are written CAP_NAME, with commas between.");
    return upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  });
}

function parseRelease(text: string): string {
  if (/^\d+\.\d+(\.\d+)?$/.test(text)) return text;
  throw new InvalidArgumentError("A release is written as 5.10.");
}
