import type { VerifierMap } from "../../bpf/verifier/map.ts";
import { verify } from "../../bpf/verifier/verify.ts";
import type { FileProgram, InputFile } from "./program-file.ts";
import type { RunProgramFlags } from "./run.ts";
import { testType } from "./test-program-file.ts";
import { verifyTargets } from "./verify-target.ts";

/** What netsim's verifier says of a program that the kernel refused: its whole log where it refuses it too. */
export function wordsOfVerifier(input: InputFile, program: FileProgram, flags: RunProgramFlags): string {
  const type = testType(program, flags.type);
  const asked = { ...flags, type, cpus: 1, loops: "bounded", logLevel: 1, kernel: [] } as const;
  const name = program.language === "extended" ? program.from?.program.name : undefined;
  const { targets } = verifyTargets(input, asked);
  const target = targets.find((it) => it.name === name) ?? targets[0];
  if (target === undefined) return "netsim's verifier does not look at it.";
  const { accepted, log } = verify(target.bytes, { ...target.options, logLevel: 1 });
  return wordsOf(accepted, log);
}

/** The same of a program that is run on memory as a socket filter, which names one map. */
export function wordsOnMemory(program: Uint8Array, maps: ReadonlyMap<number, VerifierMap>): string {
  const { accepted, log } = verify(program, { type: "socket_filter", maps, logLevel: 1 });
  return wordsOf(accepted, log);
}

const wordsOf = (accepted: boolean, log: string): string =>
  accepted ? "netsim's verifier accepts the program." : `The log of netsim's verifier:\n${log.trimEnd()}`;
