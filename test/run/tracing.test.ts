import { describe, expect, it } from "vitest";
import { simulatedTypes } from "../../src/bpf/object/simulated/simulated-types.ts";
import { runTopology } from "../../src/index.ts";
import type { RunResult } from "../../src/run/result.ts";
import { scratch } from "../scratch.ts";
import { COUNTING_NETWORK, counting } from "./counting-network.ts";

async function run(tracing: string, load: string, engine = "interpreter"): Promise<RunResult> {
  const text = `${COUNTING_NETWORK}programs:\n  counts:\n    extended: |${counting(load)}\ntracing:\n  - ${tracing}\n`;
  return runTopology(scratch({ "topology.yaml": text }), { engine });
}

const entries = ({ maps }: RunResult) =>
  Object.fromEntries(maps.find(({ name }) => name === "seen")!.entries.map(({ key, value }) => [String(key), value]));

describe.each(["interpreter", "jit"])("tracing with %s", (engine) => {
  const cases = [
    {
      name: "the drop reason of skb:kfree_skb",
      tracing: "{ program: counts, tracepoint: 'skb:kfree_skb' }",
      load: "r6 = *(u32 *)(r1 + 36)",
      // NO_SOCKET
      want: { 3: 1 },
    },
    {
      name: "the length of net:netif_receive_skb, without the link-layer header, on one node",
      tracing: "{ program: counts, tracepoint: 'net:netif_receive_skb', node: server }",
      load: "r6 = *(u32 *)(r1 + 16)",
      want: { 28: 1, 38: 1, 128: 1, 60: 1, 552: 1, 52: 3 },
    },
    {
      name: "new states of sock:inet_sock_set_state on the client",
      tracing: "{ program: counts, tracepoint: 'sock:inet_sock_set_state', node: client }",
      load: "r6 = *(u32 *)(r1 + 20)",
      want: { 1: 1, 2: 1, 4: 1, 5: 1, 7: 1 },
    },
    {
      name: "old states of sock:inet_sock_set_state on the server",
      tracing: "{ program: counts, tracepoint: 'sock:inet_sock_set_state', node: server }",
      load: "r6 = *(u32 *)(r1 + 16)",
      // LISTEN, SYN_RECV, ESTABLISHED, CLOSE_WAIT, LAST_ACK
      want: { 10: 1, 3: 1, 1: 1, 8: 1, 9: 1 },
    },
    {
      name: "the length of struct sk_buff at ip_rcv",
      tracing: "{ program: counts, kprobe: ip_rcv, node: server }",
      load: [
        "r3 = *(u64 *)(r1 + 112)",
        "r3 += 112",
        "*(u64 *)(r10 - 24) = 0",
        "r1 = r10",
        "r1 += -24",
        "r2 = 4",
        "call bpf_probe_read_kernel",
        "r6 = *(u64 *)(r10 - 24)",
      ].join("\n      "),
      want: { 38: 1, 128: 1, 60: 1, 552: 1, 52: 3 },
    },
    {
      name: "the length of a number with the name of its type",
      tracing: "{ program: counts, kprobe: ip_rcv, node: client }",
      load: [
        "*(u32 *)(r10 - 32) = 42",
        "r1 = r10",
        "r1 += -32",
        "*(u64 *)(r10 - 48) = r1",
        `*(u64 *)(r10 - 40) = ${simulatedTypes().find("int", "unsigned int")}`,
        "r1 += 4",
        "r2 = 4",
        "r3 = r10",
        "r3 += -48",
        "r4 = 16",
        "r5 = 0",
        "call bpf_snprintf_btf",
        "r6 = r0",
      ].join("\n      "),
      // (unsigned int)42 and the end of the line
      want: { 17: 4 },
    },
    {
      name: "what functions return",
      tracing: "{ program: counts, kretprobe: udp_sendmsg }",
      load: "r6 = *(u64 *)(r1 + 80)",
      want: { 10: 1, 100: 1 },
    },
    {
      name: "arguments of a raw tracepoint",
      tracing: "{ program: counts, raw-tracepoint: kfree_skb }",
      load: "r6 = *(u64 *)(r1 + 16)",
      want: { 3: 1 },
    },
    {
      name: "arguments at fentry",
      tracing: "{ program: counts, fentry: tcp_set_state, node: client }",
      load: "r6 = *(u64 *)(r1 + 8)",
      want: { 1: 1, 2: 1, 4: 1, 5: 1, 7: 1 },
    },
    {
      name: "results at fexit",
      tracing: "{ program: counts, fexit: tcp_sendmsg }",
      // Behind three arguments.
      load: "r6 = *(u64 *)(r1 + 24)",
      want: { 500: 1 },
    },
    {
      name: "a system call's argument",
      tracing: "{ program: counts, tracepoint: 'syscalls:sys_enter_write' }",
      load: "r6 = *(u64 *)(r1 + 32)",
      want: { 3: 1 },
    },
    {
      name: "a system call's result",
      tracing: "{ program: counts, tracepoint: 'raw_syscalls:sys_exit' }",
      load: "r6 = *(u64 *)(r1 + 16)",
      want: { 3: 1, 0: 1 },
    },
    {
      name: "the process that makes the call",
      tracing: "{ program: counts, kprobe: ksys_write }",
      load: "call bpf_get_current_pid_tgid\n      r6 = r0\n      r6 >>= 32",
      want: { 77: 1 },
    },
    {
      name: "the user that makes the call",
      tracing: "{ program: counts, tracepoint: 'syscalls:sys_enter_getpid' }",
      load: "call bpf_get_current_uid_gid\n      r6 = r0",
      want: { [`${(34n << 32n) + 33n}`]: 1 },
    },
  ];
  it.each(cases)("tells $name", async ({ tracing, load, want }) => {
    expect(entries(await run(tracing, load, engine))).toEqual(want);
  });

  it("gives -EFAULT and zeroes for what is outside memory", async () => {
    const load = [
      "r6 = -1",
      "*(u64 *)(r10 - 24) = r6",
      "r1 = r10",
      "r1 += -24",
      "r2 = 8",
      "r3 = 0xffffffff81000000 ll",
      "call bpf_probe_read_kernel",
      "r6 = r0",
      "r1 = *(u64 *)(r10 - 24)",
      "r6 += r1",
    ].join("\n      ");
    const found = entries(await run("{ program: counts, tracepoint: 'syscalls:sys_enter_getpid' }", load, engine));
    expect(found).toEqual({ [String(2n ** 64n - 14n)]: 1 });
  });

  it("does not change what it traces", async () => {
    const network = async (tracing: string) => {
      const { nodes, links, traffic, packets, time, events } = await run(tracing, "r6 = 1", engine);
      return { nodes, links, traffic, packets, time, events };
    };
    const untraced = await network("{ program: counts, tracepoint: 'syscalls:sys_enter_read' }");
    expect(await network("{ program: counts, tracepoint: '*:*' }")).toEqual(untraced);
    expect(await network("{ program: counts, perf-event: cpu-clock, every: 10us }")).toEqual(untraced);
  });
});

describe("tracing", () => {
  it("samples simulated time as long as something goes on", async () => {
    const result = await run("{ program: counts, perf-event: cpu-clock, every: 1ms, node: client }", "r6 = 1");
    const samples = Object.values(entries(result)).map(Number);
    expect(samples).toHaveLength(1);
    expect(samples[0]).toBeGreaterThanOrEqual(Math.floor((result.time - 1) / 1e6));
  });

  const refusals = [
    {
      name: "an unknown event",
      tracing: "{ program: counts, tracepoint: 'skb:kfree_sbk' }",
      message: "There is no event 'skb:kfree_sbk'.",
      hint: "Did you mean 'skb:kfree_skb'?",
    },
    {
      name: "an unknown function",
      tracing: "{ program: counts, kprobe: ip_rvc }",
      message: "The simulated kernel has no function 'ip_rvc'.",
      hint: "Did you mean 'ip_rcv'?",
    },
    {
      name: "a read behind an event's record",
      tracing: "{ program: counts, tracepoint: 'skb:consume_skb' }",
      message: expect.stringContaining("invalid bpf_context access off=36 size=4"),
    },
    {
      name: "no event at all",
      tracing: "{ program: counts }",
      message: "Nothing says which event program 'counts' is for.",
    },
  ];
  it.each(refusals)("refuses $name", async ({ tracing, message, hint }) => {
    const failure = await run(tracing, "r6 = *(u32 *)(r1 + 36)").then(
      () => [],
      ({ diagnostics }) => diagnostics,
    );
    expect(failure).toMatchObject([{ message, ...(hint !== undefined && { hint }) }]);
  });
});
