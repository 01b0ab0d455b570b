import { contextLayout } from "./context-layout.ts";

/** struct pt_regs of x86-64: all registers may be read, in part too (kprobe_prog_is_valid_access). */
export const KPROBE_CONTEXT = contextLayout("pt_regs", 168, [["registers", 0, 168, "bytes"]]);

/** A tracepoint's record behind its common pointer, whose real size only attaching tells (tp_prog_is_valid_access). */
export const TRACEPOINT_CONTEXT = contextLayout("tracepoint record", 8192, [["fields", 8, 8184, "bytes"]]);

/** struct bpf_perf_event_data (pe_prog_is_valid_access). */
export const PERF_EVENT_CONTEXT = contextLayout("bpf_perf_event_data", 184, [
  ...Array.from({ length: 21 }, (_, i) => [`regs[${i}]`, 8 * i, 8, "whole"] as const),
  ["sample_period", 168, 8, "bytes"],
  ["addr", 176, 8, "bytes"],
]);

/** struct bpf_raw_tracepoint_args: twelve arguments (raw_tp_prog_is_valid_access). */
export const RAW_TRACEPOINT_CONTEXT = contextLayout("bpf_raw_tracepoint_args", 96, [["args", 0, 96, "bytes"]]);

/** The same where the first argument, read whole, is a buffer that the program may write (raw_tp_writable_prog_is_valid_access). */
export const WRITABLE_RAW_TRACEPOINT_CONTEXT = contextLayout("bpf_raw_tracepoint_args", 96, [
  ["args[0]", 0, 8, "whole", { value: "writable-buffer" }],
  ["args", 8, 88, "bytes"],
]);

/** Arguments of a function of the kernel, or of a tracepoint, by the kernel's BTF: twelve at most (tracing_prog_is_valid_access). */
export const ARGUMENTS_CONTEXT = contextLayout("function arguments", 96, []);

/** Whatever the program's author and BPF_PROG_TEST_RUN agree upon (syscall_prog_is_valid_access). */
export const SYSCALL_CONTEXT = contextLayout("syscall arguments", 65_535, [
  ["bytes", 0, 65_535, "bytes", { writable: true }],
]);
