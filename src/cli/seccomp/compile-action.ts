import { formatClassic } from "../../bpf/classic/formatter.ts";
import { EXIT, type ExitCode, fail } from "../../errors.ts";
import { cSource } from "../../seccomp/filter/c-source.ts";
import { pseudoCode } from "../../seccomp/filter/pfc.ts";
import { encodeFilter } from "../../seccomp/filter/raw-filter.ts";
import type { Policy } from "../../seccomp/policy.ts";
import { writeOutput } from "../bpf/program-file.ts";
import type { Terminal } from "../command.ts";
import type { CompileProfileFlags } from "./compile.ts";
import { readPolicy } from "./policy-file.ts";

/** Makes a filter of a profile and writes it in one of its forms. */
export async function compilePolicy(file: string, flags: CompileProfileFlags, terminal: Terminal): Promise<ExitCode> {
  const policy = readPolicy(file, flags, flags.optimize ? "tree" : "linear", terminal);
  if (flags.format === "raw") {
    if (flags.output === undefined)
      fail("usage", "A filter's bytes are no text for a terminal.", { hint: "Name a file for them: --output FILTER." });
    writeOutput(flags.output, encodeFilter(policy.program, policy.architecture.endian));
    return EXIT.ok;
  }
  const text = written(policy, flags.format);
  if (flags.output === undefined) terminal.out(text);
  else writeOutput(flags.output, Buffer.from(text));
  return EXIT.ok;
}

function written({ file, program, profile }: Policy, format: Exclude<CompileProfileFlags["format"], "raw">): string {
  switch (format) {
    case "asm":
      return formatClassic(program, "bpf_asm");
    case "c":
      return cSource(program);
    case "json":
      return `${JSON.stringify({ architectures: profile?.architectures.map(({ name }) => name), instructions: program })}\n`;
    case "pfc":
      if (profile === undefined)
        fail("usage", `'${file}' is a filter already; only a profile has pseudo filter code.`, {
          hint: "'netsim seccomp disasm' lists a filter.",
        });
      return pseudoCode(profile);
  }
}
