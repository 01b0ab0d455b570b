import type { DecodedProgram } from "../isa/decode.ts";
import type { ProgramType } from "../program-type.ts";
import { functionNamedBy } from "./program/subprograms.ts";
import { Refusal } from "./refusal.ts";

/** What the user who loads a program may do, as far as the verifier asks. */
export interface Privileges {
  /** CAP_BPF: any program type, loops, functions, a million instructions. */
  readonly bpf: boolean;
  /** CAP_PERFMON: to leak addresses, to read stack that was never written, to go without measures against speculation. */
  readonly perfmon: boolean;
  /** CAP_NET_ADMIN: program types that change packets. */
  readonly netAdmin: boolean;
}

export const PRIVILEGED: Privileges = { bpf: true, perfmon: true, netAdmin: true };
/** Anybody, where kernel.unprivileged_bpf_disabled is 0. */
export const UNPRIVILEGED: Privileges = { bpf: false, perfmon: false, netAdmin: false };

/** BPF_MAXINSNS */
const UNPRIVILEGED_INSTRUCTIONS = 4096;
const UNPRIVILEGED_TYPES = ["socket_filter", "cgroup_skb"];

/** What bpf(2) refuses to users before it looks at the program (bpf_prog_load), and functions of the program (add_subprog_and_kfunc). */
export function checkPrivileges({ instructions }: DecodedProgram, { name }: ProgramType, privileges: Privileges): void {
  if (privileges.bpf) return;
  if (!UNPRIVILEGED_TYPES.includes(name))
    throw new Refusal("privilege", -1, [`Programs of type ${name} need CAP_BPF.`]);
  if (instructions.length > UNPRIVILEGED_INSTRUCTIONS)
    throw new Refusal("privilege", -1, [
      `The program has ${instructions.length} instructions; without CAP_BPF at most ${UNPRIVILEGED_INSTRUCTIONS} are allowed.`,
    ]);
  for (const instruction of instructions)
    if (instruction !== null && (instruction.kind === "call-kernel" || functionNamedBy(instruction) !== undefined))
      throw new Refusal("privilege", instruction.index, [
        "loading/calling other bpf or kernel functions are allowed for CAP_BPF and CAP_SYS_ADMIN",
      ]);
}
