import { HELPER_NAMES } from "../../isa/helper-names.ts";

/** What does about the same as a helper on older releases, by its name. */
const INSTEAD: Readonly<Record<string, string>> = {
  bpf_loop: "Write the loop with a constant limit (Linux 5.3 and newer), or unroll it.",
  bpf_for_each_map_elem: "Walk the keys in user space, or keep an array and loop over its indexes.",
  bpf_ringbuf_output: "Use bpf_perf_event_output with a perf_event_array.",
  bpf_ringbuf_reserve: "Fill the record on the stack or in a per-CPU array and use bpf_perf_event_output.",
  bpf_ringbuf_submit: "Fill the record on the stack or in a per-CPU array and use bpf_perf_event_output.",
  bpf_ringbuf_discard: "Fill the record on the stack or in a per-CPU array and use bpf_perf_event_output.",
  bpf_ringbuf_query: "Count the records in a map of your own.",
  bpf_ktime_get_boot_ns: "Use bpf_ktime_get_ns, which does not count the time that the machine slept.",
  bpf_ktime_get_coarse_ns: "Use bpf_ktime_get_ns.",
  bpf_ktime_get_tai_ns: "Use bpf_ktime_get_ns, and add the difference to TAI in user space.",
  bpf_probe_read_kernel: "Use bpf_probe_read.",
  bpf_probe_read_kernel_str: "Use bpf_probe_read_str.",
  bpf_probe_read_user: "Use bpf_probe_read.",
  bpf_probe_read_user_str: "Use bpf_probe_read_str.",
  bpf_trace_vprintk: "Use bpf_trace_printk, with three arguments at most.",
  bpf_snprintf: "Send the numbers to user space and format them there.",
  bpf_strncmp: "Compare byte by byte in a loop with a constant limit.",
  bpf_strtol: "Convert in a loop with a constant limit.",
  bpf_strtoul: "Convert in a loop with a constant limit.",
  bpf_map_lookup_percpu_elem: "Look up the current processor's value, or read all of them in user space.",
  bpf_redirect_peer: "Use bpf_redirect to the host's side of the pair.",
  bpf_redirect_neigh: "Fill in the addresses from bpf_fib_lookup (Linux 4.18) and use bpf_redirect.",
  bpf_xdp_load_bytes: "Read the packet in place between data and data_end.",
  bpf_xdp_store_bytes: "Write the packet in place between data and data_end.",
  bpf_xdp_get_buff_len: "Subtract data from data_end.",
  bpf_skc_lookup_tcp: "Use bpf_sk_lookup_tcp, which finds full sockets only.",
  bpf_check_mtu: "Keep the limit in a map and compare the packet's length with it.",
  bpf_jiffies64: "Use bpf_ktime_get_ns.",
  bpf_get_current_task_btf: "Use bpf_get_current_task and read its fields with bpf_probe_read_kernel.",
  bpf_timer_init: "Let user space do what is to be done later.",
};

/** What to do where a helper is not there; undefined where nothing does the same. */
export const insteadOfHelper = (number: number): string | undefined => INSTEAD[HELPER_NAMES[number] ?? ""];
