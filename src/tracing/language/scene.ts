import type { EventFormat } from "../../events/event-format.ts";
import type { KernelFunction } from "../../events/functions.ts";

/** Where the code of a probe runs: what it can ask for. */
export interface ProbeScene {
  readonly provider: "tracepoint" | "kprobe" | "kretprobe" | "fentry" | "fexit" | "rawtracepoint" | "timer" | "edge";
  /** As `probe` shows it. */
  readonly name: string;
  /** Type of the program, as bpftool names it. */
  readonly programType: string;
  /** Tracepoints: the fields. */
  readonly format?: EventFormat;
  /** fentry and fexit: the function, and with it its arguments. */
  readonly fn?: KernelFunction;
}
