import { type Command, Option } from "commander";
import { MAP_TYPES } from "../../bpf/maps/map-type.ts";
import type { Action } from "../command.ts";
import { type MapOption, parseMapOption } from "./map-option.ts";
import { type ObjectFlags, objectOptions } from "./object-options.ts";
import { TEST_TYPES } from "./test-types.ts";

/** The options of `netsim bpf jit` as commander gives them. */
export interface JitFlags extends ObjectFlags {
  readonly wat?: true;
  readonly x86?: true;
  readonly type?: string;
  readonly map: readonly MapOption[];
  readonly checked?: true;
  /** False: the option begins with `--no-`. */
  readonly bmi2: boolean;
  readonly returnThunk: boolean;
}

/** `netsim bpf jit PROGRAM`. */
export function jitCommand(program: Command, perform: (action: Action) => void): void {
  objectOptions(program.command("jit"))
    .description("show what a program is compiled to: WebAssembly, as netsim runs it, or x86-64 code, as Linux does")
    .argument("<program>", "text, digits, bytes, an object or a C source; - is standard input")
    .addOption(new Option("--wat", "the module as WebAssembly text (the default)").conflicts("x86"))
    .option("--x86", "each instruction beside what Linux's JIT makes of it on x86-64")
    .addOption(
      new Option(
        "--type <type>",
        "what the program is given (default: as the object's section says, else socket_filter)",
      ).choices(TEST_TYPES),
    )
    .option(
      "--map <definition>",
      "a map that the program names, for --wat: NAME=TYPE,key=4,value=8,entries=256; may be repeated",
      (text: string, maps: readonly MapOption[]) => [...maps, parseMapOption(text, MAP_TYPES)],
      [],
    )
    .addOption(
      new Option("--checked", "with the tests that a program gets which no verifier has accepted").conflicts("x86"),
    )
    .option("--no-bmi2", "for --x86: the processor has no BMI2, which shifts by registers use")
    .option("--no-return-thunk", "for --x86: the kernel returns by ret")
    .addHelpText("after", HELP)
    .action((file: string, flags: JitFlags) =>
      perform(async (terminal) => (await import("./jit-action.ts")).jit(file, flags, terminal)),
    );
}

const HELP = `
--wat shows a program as it is compiled once a verifier has accepted it; each BPF instruction is a comment before what became of it.
(Calls of a small $main are replaced by its code when it runs.) Classic programs are converted first. --x86 has R0-rax, R1-rdi, R2-rsi, R3-rdx, R4-rcx, R5-r8, R6-rbx, R7-r13, R8-r14, R9-r15,
R10-rbp; what depends on the running kernel has no fixed code and says why.

Exit codes: 0 all fine, 2 wrong usage, 3 a program that makes no sense, 4 one that is refused.`;
