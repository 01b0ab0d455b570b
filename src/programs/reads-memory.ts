import { HELPER_NAMES } from "../bpf/isa/helper-names.ts";

const [CALL, HELPER, FUNCTION] = [0x85, 0, 1];
const SLOT = 8;

/**
 * Helpers that read nothing but what their callers may read themselves. Others may read wherever a number points, as bpf_probe_read and
 * the %s of bpf_trace_printk do.
 */
const CONFINED: ReadonlySet<string> = new Set(
  [
    "map_lookup_elem map_update_elem map_delete_elem map_push_elem map_pop_elem map_peek_elem",
    "ktime_get_ns ktime_get_boot_ns jiffies64 get_prandom_u32 get_smp_processor_id get_numa_node_id",
    "get_current_pid_tgid get_current_uid_gid get_current_comm get_current_task get_stackid get_stack get_func_ip get_attach_cookie",
    "perf_event_output ringbuf_output ringbuf_reserve ringbuf_submit ringbuf_discard ringbuf_query",
  ]
    .join(" ")
    .split(" ")
    .map((name) => `bpf_${name}`),
);

/** Whether a verified program can read memory by an address that is a plain number to it. */
export function readsMemory(instructions: Uint8Array): boolean {
  const view = new DataView(instructions.buffer, instructions.byteOffset, instructions.byteLength);
  for (let at = 0; at + SLOT <= instructions.length; at += SLOT) {
    if (instructions[at] !== CALL) continue;
    const kind = instructions[at + 1]! >>> 4;
    if (kind === FUNCTION) continue;
    if (kind !== HELPER || !CONFINED.has(HELPER_NAMES[view.getInt32(at + 4, true)] ?? "")) return true;
  }
  return false;
}
