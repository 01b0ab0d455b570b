import type { CurrentTask } from "../bpf/helpers/surroundings.ts";

/** Lines that are kept; of more than that only their number. */
const MOST_LINES = 65_536;
const CONTROL = /\p{Cc}/gu;

/** What programs print with bpf_trace_printk, as /sys/kernel/tracing/trace_pipe shows it. */
export class TracePipe {
  readonly lines: string[] = [];
  /** Lines that there was no room for. */
  lost = 0;

  /** @param nanoseconds simulated time. */
  print(text: string, nanoseconds: number, task: CurrentTask): void {
    for (const line of text.replace(/\n$/, "").split("\n")) {
      if (this.lines.length === MOST_LINES) this.lost++;
      else this.lines.push(tracePipeLine(line, nanoseconds, task));
    }
  }
}

/**
 * trace_print_context and trace_print_lat_fmt of kernel/trace/trace_output.c: task, processor, flags (interrupts, need to reschedule,
 * softirq, preemption, migration), seconds.
 */
function tracePipeLine(text: string, nanoseconds: number, { thread, command }: CurrentTask): string {
  const isIdle = thread === 0;
  const name = (isIdle ? "<idle>" : command).padStart(16);
  const flags = isIdle ? "..s21" : "...21";
  const microseconds = Math.floor(nanoseconds / 1000);
  const seconds = String(Math.floor(microseconds / 1e6)).padStart(5);
  const rest = String(microseconds % 1e6).padStart(6, "0");
  const shown = text.replace(CONTROL, (it) =>
    it === "\t" ? it : `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `${name}-${String(thread).padEnd(7)} [000] ${flags} ${seconds}.${rest}: bpf_trace_printk: ${shown}`;
}
