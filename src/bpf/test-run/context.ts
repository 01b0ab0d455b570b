import { FLOW_DISSECTOR_CONTEXT } from "./contexts/flow-dissector.ts";
import { NETFILTER_CONTEXT } from "./contexts/netfilter.ts";
import { rawTracepoint, systemCall } from "./contexts/plain-bytes.ts";
import { NETWORK_SK_BUFF_CONTEXT, SK_BUFF_CONTEXT } from "./contexts/sk-buff.ts";
import { SOCKET_LOOKUP_CONTEXT } from "./contexts/socket-lookup.ts";
import { XDP_CONTEXT } from "./contexts/xdp.ts";
import type { TestContext } from "./test-context.ts";

export { SK_BUFF_CONTEXT } from "./contexts/sk-buff.ts";
export type { TestContext, TestPacket } from "./test-context.ts";

/** Program types that BPF_PROG_TEST_RUN runs, as bpftool names them. */
export const TEST_CONTEXTS: Readonly<Record<string, TestContext>> = {
  socket_filter: NETWORK_SK_BUFF_CONTEXT,
  sched_cls: SK_BUFF_CONTEXT,
  sched_act: SK_BUFF_CONTEXT,
  xdp: XDP_CONTEXT,
  cgroup_skb: NETWORK_SK_BUFF_CONTEXT,
  lwt_in: NETWORK_SK_BUFF_CONTEXT,
  lwt_out: NETWORK_SK_BUFF_CONTEXT,
  lwt_xmit: NETWORK_SK_BUFF_CONTEXT,
  flow_dissector: FLOW_DISSECTOR_CONTEXT,
  sk_lookup: SOCKET_LOOKUP_CONTEXT,
  netfilter: NETFILTER_CONTEXT,
  raw_tracepoint: rawTracepoint(),
  syscall: systemCall(),
};

/** Types among them whose programs see a packet as a struct __sk_buff (bpf_prog_test_run_skb). */
export const SK_BUFF_TEST_TYPES: readonly string[] = Object.keys(TEST_CONTEXTS).filter(
  (type) => TEST_CONTEXTS[type] === SK_BUFF_CONTEXT || TEST_CONTEXTS[type] === NETWORK_SK_BUFF_CONTEXT,
);

/** The context for a program that nobody has verified: it may touch the context that is given, and no byte more. */
export function unverifiedContext(type: string, given: Uint8Array | undefined): TestContext | undefined {
  if (type === "raw_tracepoint") return rawTracepoint(given?.length ?? 0);
  if (type === "syscall") return systemCall(given?.length ?? 0);
  return Object.hasOwn(TEST_CONTEXTS, type) ? TEST_CONTEXTS[type] : undefined;
}
