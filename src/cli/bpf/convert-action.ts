import { convertClassic } from "../../bpf/classic/convert/convert.ts";
import { kernelFunctionName } from "../../bpf/classic/convert/kernel-functions.ts";
import { disassemble } from "../../bpf/isa/disassembler/disassemble.ts";
import { encodeProgram } from "../../bpf/isa/encode.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Terminal } from "../command.ts";
import type { ConvertFlags } from "./convert.ts";
import { readClassic, readInput } from "./program-file.ts";

/** Shows what the kernel makes of a classic program. */
export async function convert(file: string, { seccomp, hex }: ConvertFlags, terminal: Terminal): Promise<ExitCode> {
  const program = readClassic(readInput(file, terminal));
  const bytes = encodeProgram(convertClassic(program, seccomp ? "seccomp" : "kernel"));
  terminal.out(
    hex
      ? `${Buffer.from(bytes).toString("hex")}\n`
      : disassemble(bytes, {
          syntax: "kernel",
          numbers: true,
          names: { kernelFunction: ({ btfId }) => kernelFunctionName(btfId) },
        }),
  );
  return EXIT.ok;
}
