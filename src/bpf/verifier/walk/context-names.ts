import type { ProgramType } from "../../program-type.ts";

/** Names that a program type's context has in BTF. */
const CONTEXT_ALIASES: Readonly<Record<string, readonly string[]>> = {
  kprobe: ["bpf_user_pt_regs_t", "pt_regs"],
  perf_event: ["bpf_perf_event_data", "bpf_user_pt_regs_t"],
};
export const contextNames = ({ name, context }: ProgramType): readonly string[] =>
  CONTEXT_ALIASES[name] ?? [context.name];
