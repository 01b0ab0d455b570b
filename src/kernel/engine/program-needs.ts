import { decodeProgram } from "../../bpf/isa/decode.ts";
import { HELPER_NAMES } from "../../bpf/isa/helper-names.ts";
import { SK_BUFF_TEST_TYPES } from "../../bpf/test-run/context.ts";
import { TYPE } from "../../bpf/verifier/state/register-type.ts";
import { fail } from "../../errors.ts";
import type { VerifiedProgram } from "../../programs/engine.ts";

/** Program types that BPF_PROG_TEST_RUN runs on packets (bpf_prog_test_run_skb, bpf_prog_test_run_xdp). */
export const KERNEL_ENGINE_TYPES: readonly string[] = [...SK_BUFF_TEST_TYPES, "xdp"];
/** Fields that a program may write and whose value BPF_PROG_TEST_RUN does not give back (convert_skb_to___skb). */
const LOST = ["queue_mapping", "tc_index", "tc_classid", "tstamp_type"];
/** Fields that have other values there than in a simulation, always: its packets have a socket. */
const FOREIGN = ["sk", "tstamp_type"];
/** Fields of the packet's socket, from `family` to `local_port`: BPF_PROG_TEST_RUN makes a socket of the packet's own addresses. */
const OF_SOCKET = /^(family|(remote|local)_(ip4|ip6\[\d\]|port))$/;
/** Helpers that act on the network, on the socket, or on what BPF_PROG_TEST_RUN does not give back. */
const ACTING =
  /^bpf_(clone_redirect|redirect.*|skb_vlan_.*|skb_change_(proto|type)|skb_adjust_room|skb_set_.*|set_hash.*|sk_.*|lwt_.*|fib_lookup|check_mtu|xdp_output|skc?_lookup.*|skb_ecn_set_ce|skb_get_tunnel.*|perf_event_output|skb_output|skb_cgroup_.*|get_socket_.*)$/;
/** bpf_skb_change_tail, bpf_skb_change_head */
const RESIZING: readonly number[] = [38, 43];
const RELATIVE_LOAD = "bpf_skb_load_bytes_relative";

const TRACING_TYPES: readonly string[] = [
  "kprobe",
  "tracepoint",
  "raw_tracepoint",
  "raw_tracepoint_writable",
  "perf_event",
  "tracing",
];
const SIMULATED = "The engines interpreter and jit run it";

/** What a program asks of the packet that it is run on. */
export interface ProgramNeeds {
  /** Names of the fields of struct __sk_buff or struct xdp_md that it may read. */
  readonly reads: ReadonlySet<string>;
  /** It may look at bytes by their distance from a header, which lie before the data. */
  readonly looksBefore: boolean;
  /** Number of the one helper by which it may change the packet's length. */
  readonly resizes: number | undefined;
}

/** Finds out. Throws a NetsimError `unsupported` for a program that BPF_PROG_TEST_RUN runs otherwise than a hook does. */
export function needsOf({ name, type, bytes, insight }: VerifiedProgram): ProgramNeeds {
  const refuse = (what: string) => unsupported(`Program '${name}' ${what}.`);
  if (TRACING_TYPES.includes(type.name))
    unsupported(
      `Program '${name}' traces events, and those of the simulated kernels are not this kernel's.`,
      SIMULATED,
    );
  if (!KERNEL_ENGINE_TYPES.includes(type.name))
    refuse(`is ${type.name}, which BPF_PROG_TEST_RUN does not run on packets of a topology`);
  if (type.flowKeysBytes !== undefined) refuse("is at a hook of Open vSwitch, which Linux does not have");
  const reads = new Set<string>();
  let looksBefore = false;
  let resizes: number | undefined;
  const fieldsAt = (offset: number, size: number) =>
    type.context.fields.filter((field) => field.offset < offset + size && offset < field.offset + field.size);
  for (const it of decodeProgram(bytes).instructions) {
    if (it === null || it === undefined) continue;
    const { dead, pointerType } = insight(it.index);
    if (dead) continue;
    if (it.kind === "call-helper") {
      const helper = HELPER_NAMES[it.helper] ?? "";
      if (ACTING.test(helper)) refuse(`calls ${helper}, which acts on more than BPF_PROG_TEST_RUN gives back`);
      looksBefore ||= helper === RELATIVE_LOAD;
      if (RESIZING.includes(it.helper)) {
        if (resizes !== undefined && resizes !== it.helper)
          refuse("changes the packet at both ends, and BPF_PROG_TEST_RUN does not tell by how much at which");
        resizes = it.helper;
      }
    }
    if (it.kind === "packet-load") looksBefore ||= it.imm < 0;
    const isContext = pointerType === undefined || pointerType === TYPE.context;
    if (it.kind === "load" && isContext)
      for (const field of fieldsAt(it.offset, it.bytes)) {
        if (pointerType !== undefined && (FOREIGN.includes(field.name) || OF_SOCKET.test(field.name)))
          refuse(`reads ${field.name}, which BPF_PROG_TEST_RUN has values of its own for`);
        reads.add(field.name);
      }
    if (it.kind === "store" && pointerType === TYPE.context)
      for (const field of fieldsAt(it.offset, it.bytes))
        if (LOST.includes(field.name)) refuse(`writes ${field.name}, which BPF_PROG_TEST_RUN does not give back`);
  }
  return { reads, looksBefore, resizes };
}

/** Ends a run with what the kernel cannot be asked. @param message a sentence. */
export function unsupported(
  message: string,
  hint = `${SIMULATED}; \`netsim lab\` asks the kernel in another way`,
): never {
  return fail("unsupported", message, { hint: `${hint}.` });
}
