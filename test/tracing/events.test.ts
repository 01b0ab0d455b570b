import { describe, expect, it } from "vitest";
import { trace } from "./trace.ts";

/** Frames of UDP that a router's program sends on, back, nowhere, or gives up on, by their port. */
const XDP = (program: string, maps = "") => `
programs:
  xdp:
    type: xdp
    extended: |
${program.replace(/^/gm, "      ")}
${maps}
nodes:
  client: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  router:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24, xdp: xdp }, eth1: { address: 10.0.1.1/24 } }
  server: { kind: host, interfaces: { eth0: { address: 10.0.1.2/24 } } }
links: [{ endpoints: ["client:eth0", "router:eth0"] }, { endpoints: ["router:eth1", "server:eth0"] }]
traffic: [{ at: "client:eth0", ether: {}, ipv4: { src: 10.0.0.1, dst: 10.0.0.2 }, udp: {}, count: 2, every: 1ms }]
`;
const returns = (value: number) => `r0 = ${value}\nexit`;
const redirects = (index: number) => `r1 = ${index}\nr2 = 0\ncall bpf_redirect\nexit`;
const byMap = (key: number) => `r1 = map[out] ll\nr2 = ${key}\nr3 = 0\ncall bpf_redirect_map\nexit`;
const MAP = "maps: { out: { type: devmap, key: u32, value: u32, entries: 4, contents: { 2: 3 } } }";

const EXCEPTION = 't:xdp:xdp_exception { printf("%d %d %d\\n", args.prog_id, args.act, args.ifindex); }';
const REDIRECT = (name: string) =>
  `t:xdp:${name} { printf("%d %d %d %d %d %d %d\\n", args.prog_id, args.act, args.ifindex, args.err, args.to_ifindex, args.map_id, args.map_index); }`;

const SWITCH = `
nodes:
  switch: { kind: ovs, interfaces: { p1: {}, p2: {} }, flows: ["in_port=p1,actions=push_vlan:0x8100,set_field:4101->vlan_vid,output:p2"] }
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "switch:p1"] }, { endpoints: ["b:eth0", "switch:p2"] }]
traffic: [{ at: "a:eth0", ether: {}, ipv4: { src: 10.0.0.1, dst: 10.0.0.2 }, udp: {}, count: 2, every: 1ms }]
`;

const PROCESSES = `
nodes:
  client: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24 } }
    sockets: { dns: { kind: udp, port: 53, process: named, serves: ["recvfrom(3)"] } }
    processes:
      named: { pid: 7, calls: [{ call: "fork()", result: 8 }] }
      short: { pid: 9, calls: ["exit_group(0)"] }
links: [{ endpoints: ["client:eth0", "server:eth0"] }]
traffic: [{ from: client, to: server, flow: udp, port: 53, bytes: 10, count: 2, every: 1ms }]
`;

const cases = [
  { name: "xdp_exception of XDP_ABORTED", network: XDP(returns(0)), have: EXCEPTION, want: "1 0 2\n1 0 2" },
  { name: "xdp_exception of what means nothing", network: XDP(returns(77)), have: EXCEPTION, want: "1 77 2\n1 77 2" },
  { name: "no xdp_exception of XDP_DROP", network: XDP(returns(1)), have: `${EXCEPTION} END { @ = 1; }`, want: "@: 1" },
  {
    name: "xdp_bulk_tx",
    network: XDP(returns(3)),
    have: 't:xdp:xdp_bulk_tx { printf("%d %d %d %d %d\\n", args.ifindex, args.act, args.drops, args.sent, args.err); }',
    want: "2 3 0 1 0\n2 3 0 1 0",
  },
  {
    name: "xdp_redirect by an index",
    network: XDP(redirects(3)),
    have: REDIRECT("xdp_redirect"),
    want: "1 4 2 0 3 2147483647 0\n1 4 2 0 3 2147483647 0",
  },
  {
    name: "xdp_redirect by a map",
    network: XDP(byMap(2), MAP),
    have: REDIRECT("xdp_redirect"),
    want: "1 4 2 0 3 1 2\n1 4 2 0 3 1 2",
  },
  {
    name: "xdp_devmap_xmit",
    network: XDP(redirects(3)),
    have: 't:xdp:xdp_devmap_xmit { printf("%d %d %d %d %d %d\\n", args.from_ifindex, args.act, args.to_ifindex, args.drops, args.sent, args.err); }',
    want: "2 4 3 0 1 0\n2 4 3 0 1 0",
  },
  {
    name: "xdp_redirect_err to no device",
    network: XDP(redirects(9)),
    have: REDIRECT("xdp_redirect_err"),
    want: "1 4 2 -22 9 2147483647 0\n1 4 2 -22 9 2147483647 0",
  },
  {
    name: "xdp_redirect_err to the loopback device",
    network: XDP(redirects(1)),
    have: REDIRECT("xdp_redirect_err"),
    want: "1 4 2 -95 1 2147483647 0\n1 4 2 -95 1 2147483647 0",
  },
  {
    name: "xdp_redirect_err where nothing was asked for",
    network: XDP(returns(4)),
    have: REDIRECT("xdp_redirect_err"),
    want: "1 4 2 -56 0 0 0\n1 4 2 -56 0 0 0",
  },
  {
    name: "ovs_dp_upcall of a packet without a flow",
    network: SWITCH,
    have: 't:openvswitch:ovs_dp_upcall { printf("%s %s %d %x %d %d\\n", args.dp_name, args.dev_name, args.len, args.key_eth_type, args.flow_key_valid, args.upcall_cmd); }',
    want: "switch p1 42 8 1 1",
  },
  {
    name: "ovs_do_execute_action with what actions are about",
    network: SWITCH,
    have: "t:openvswitch:ovs_do_execute_action { @[args.action_type, args.action_len, args.is_last] = count(); }",
    want: "@[1, 4, 1]: 2\n@[4, 4, 0]: 2",
  },
  {
    name: "sched_switch, of whom and with which state",
    network: PROCESSES,
    have: 't:sched:sched_switch { printf("%s/%d/%d/%d>%s/%d ", args.prev_comm, args.prev_pid, args.prev_prio, args.prev_state, args.next_comm, args.next_pid); }',
    want: [
      "swapper/0/0/120/0>named/7 named/7/120/1>swapper/0/0",
      "swapper/0/0/120/0>short/9 short/9/120/32>swapper/0/0",
      "swapper/0/0/120/0>named/7 named/7/120/1>swapper/0/0",
      "swapper/0/0/120/0>named/7 named/7/120/1>swapper/0/0",
    ].join(" "),
  },
  {
    name: "who is woken, by whom",
    network: PROCESSES,
    have: "t:sched:sched_wakeup, t:sched:sched_wakeup_new { @[probe, comm, args.comm, args.pid] = count(); }",
    want: [
      "@[tracepoint:sched:sched_wakeup, swapper/0, short, 9]: 1",
      "@[tracepoint:sched:sched_wakeup_new, named, named, 8]: 1",
      "@[tracepoint:sched:sched_wakeup, swapper/0, named, 7]: 3",
    ].join("\n"),
  },
  {
    name: "the same as raw tracepoints",
    network: PROCESSES,
    have: "rt:sched_switch { @switch = count(); } rt:sched_process_fork { @fork = count(); } rt:sched_process_exit { @exit = count(); }",
    want: "@exit: 1\n@fork: 1\n\n@switch: 8",
  },
  {
    name: "a process's own stack, whatever it comes between",
    network: PROCESSES,
    have: "t:syscalls:sys_enter_recvfrom { @[kstack] = count(); } k:__sys_recvfrom { @[kstack] = count(); }",
    want: "@[\n    __sys_recvfrom+1\n    do_syscall_64+128\n]: 2\n@[\n    do_syscall_64+128\n]: 2",
  },
];

describe.each(["interpreter", "jit"])("events, traced with %s", (engine) => {
  it.each(cases)("$name", async ({ network, have, want }) => {
    const printed = await trace(have, network, engine);
    expect(printed.trim().replace(/\n{2,}/g, "\n")).toBe(want.replace(/\n{2,}/g, "\n"));
  });
});
