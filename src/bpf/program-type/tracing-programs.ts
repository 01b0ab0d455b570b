import type { ProgramType } from "../program-type.ts";
import { helpersOf } from "./available-helpers.ts";
import { contextLayout } from "./context-layout.ts";
import { VARIANTS } from "./variants.ts";

/** As bpftool names the type of programs at fentry and fexit. */
export const TRACING_TYPE = "tracing";

const [TRACE_FENTRY, TRACE_FEXIT] = [24, 25];

/**
 * BPF_PROG_TYPE_TRACING at functions of the simulated kernel. Arguments are plain numbers: pointers among them can be read with
 * bpf_probe_read_kernel, and not as typed ones.
 */
export const TRACING: ProgramType = {
  // Its own name: programs of the type itself are verified against the functions of a real kernel.
  name: "simulated-function",
  number: 26,
  context: contextLayout("function arguments", 104, [["arguments", 0, 104, "bytes"]]),
  helpers: new Set([...helpersOf("tracing"), 173]),
  variants: VARIANTS.tracing,
  packetAccess: "none",
  packetLoads: false,
  returnRange: (attachType) => (attachType === TRACE_FENTRY || attachType === TRACE_FEXIT ? [0, 0] : undefined),
};
