import type { Explanation } from "./explanation.ts";

/** What `netsim lint` finds of programs, queues, maps and flows. */
export const OF_LINT: Readonly<Record<string, Explanation>> = {
  "ok-ends-filters": {
    meaning: "A program answers TC_ACT_OK and other filters stand behind it, which then never see those packets.",
    cause: "OK was meant as `nothing to say`; to traffic control it is the end of the list.",
    remedy: "Return TC_ACT_UNSPEC (-1), at tcx TCX_NEXT, to leave the decision to what follows.",
  },
  "load-accepts": {
    meaning: "A packet that is too short for the program's loads is accepted, though the program is to drop packets.",
    cause: "A load outside the packet ends a program with 0, and 0 is TC_ACT_OK with direct action.",
    remedy: "Compare the length before the loads, or read with bpf_skb_load_bytes and look at what it returns.",
  },
  "redirect-at-qdisc": {
    meaning: "A filter of a qdisc answers TC_ACT_REDIRECT, which qdiscs take for a drop.",
    cause: "The program was written for clsact, whose filters can redirect.",
    remedy: "Attach it at clsact's egress or at tcx, and leave classes to the qdisc's filters.",
  },
  "redirect-without-target": {
    meaning: "A program answers REDIRECT and never calls a helper that says where to.",
    cause: "The answer was returned as a constant, without bpf_redirect or bpf_redirect_map before it.",
    remedy: "Return what bpf_redirect or bpf_redirect_map gives; classic programs cannot redirect at all.",
  },
  "redirect-ignored": {
    meaning: "A program on a route answers BPF_REDIRECT at `in` or `out`, where it counts as BPF_OK.",
    cause: "Only xmit programs have a frame that can be sent by another device.",
    remedy: "Attach the program as the route's `xmit`, or use BPF_LWT_REROUTE.",
  },
  "unknown-verdict": {
    meaning: "A program answers something that has no meaning where it is attached.",
    cause: "The answer belongs to another place: XDP_PASS is 2, which is SHOT to traffic control.",
    remedy: "Take one of the answers in the hint; `netsim compare PROGRAM` shows what each place makes of it.",
  },
  "refuses-all": {
    meaning: "A program only ever answers 0, which is no at this place.",
    cause: "It was written for traffic control, where 0 is OK, or is a stub that returns 0.",
    remedy: "Return what the hint says for packets that are to go on.",
  },
  "keeps-few-bytes": {
    meaning: "A socket's filter answers a small number, so that packets are cut to that many bytes.",
    cause: "A socket filter's answer is a length: 1 and 2 are bytes, not verdicts.",
    remedy: "Return the packet's length or more, such as 262144 or -1, to keep it whole.",
  },
  "htb-default": {
    meaning: "Packets that no filter of htb matches leave unshaped, at the speed of the device.",
    cause: "`default` is missing, names no class, or names one that has classes below it.",
    remedy: "Name a class without classes below it. The number is hexadecimal, as everywhere in tc.",
  },
  "fq-codel-drops": {
    meaning: "`fq_codel` with filters drops each packet that none of them matches.",
    cause: "With filters its own hash is not asked, and no match is no flow.",
    remedy: "Let the last filter be a matchall, or remove the filters.",
  },
  "tag-in-bytes": {
    meaning: "A program looks for a VLAN tag in the packet's bytes and will never find one.",
    cause: "Linux moves the tag of what comes in out of the bytes before taps, traffic control and sockets see it.",
    remedy: "Read vlan_present and vlan_tci, in classic programs the ancillary loads; XDP alone sees the bytes.",
  },
  "stale-checksum": {
    meaning: "A program changes the IPv4 header and not its checksum, so that the next to look at it drops the packet.",
    cause: "An address, TTL or TOS was written directly.",
    remedy:
      "Use bpf_l3_csum_replace at tc, or bpf_csum_diff and a write of the sum at XDP; ports need the transport's sum too.",
  },
  "xdp-aborted": {
    meaning: "An XDP program drops by XDP_ABORTED, which the kernel counts and traces as an error of the program.",
    cause: "0 was returned for `no`, as at sockets.",
    remedy: "Return XDP_DROP (1) for packets that are not wanted.",
  },
  "xdp-tx-unchanged": {
    meaning: "An XDP program sends frames back as they came, addressed to the one who sends them.",
    cause: "XDP_TX only sends the frame by the device that it came in by; addresses are the program's affair.",
    remedy: "Swap the source and destination MAC addresses, and whatever else an answer needs.",
  },
  "cgroup-congestion": {
    meaning: "A control group's egress program answers 2 or 3, whose second bit tells the sender of congestion.",
    cause: "The answer was taken from XDP or traffic control, where 2 has another meaning.",
    remedy: "Return 1 to let packets through and 0 to refuse them.",
  },
  "map-fills": {
    meaning: "Programs add entries to a hash and nothing ever deletes one.",
    cause: "Keys such as addresses, ports or processes come without end; the map's entries do not.",
    remedy: "Use an LRU hash, delete entries in the program or from user space, or make the map as large as its keys.",
  },
  "flow-shadowed": {
    meaning: "Every packet that a flow matches goes to another flow of higher priority.",
    cause: "The more general flow has the higher priority; without `priority=` a flow has 32768.",
    remedy: "Give the more special flow the higher priority.",
  },
  "flow-replaced": {
    meaning: "Two flows have one match and priority; the later one takes the earlier one's place.",
    cause: "A line was copied and its match not changed, or two matches say the same in other words.",
    remedy: "Leave one of them out, or let them differ.",
  },
  "flow-overlap": {
    meaning: "Packets can match two flows of one priority that do different things.",
    cause: "Both flows leave out their priority, so that both have 32768.",
    remedy: "Give them different priorities: OpenFlow does not say which one counts.",
  },
  "table-miss": {
    meaning: "What no flow of a table matches is dropped, and no flow says so.",
    cause: "OpenFlow 1.3 drops at a table miss unless a flow of priority 0 says otherwise; ARP is often forgotten.",
    remedy: "Add a flow with `priority=0` and no match, with `actions=drop` where that is meant.",
  },
  "table-unreached": {
    meaning: "A table has flows and no packet ever comes to it.",
    cause: "The goto_table or resubmit to it is missing, or one of the numbers is mistyped.",
    remedy: "Send packets to the table, or remove it.",
  },
  "resubmit-backwards": {
    meaning: "A flow resubmits packets to its own table or one before it.",
    cause: "Without a change that makes the packet match another flow it comes round again.",
    remedy: "Go to tables of higher numbers; after 64 levels or 4,096 resubmissions Open vSwitch drops the packet.",
  },
  "missing-port": {
    meaning: "A flow or group sends to a port number that the switch does not have.",
    cause: "Ports were counted otherwise: numbers are given in the order in which ports are added.",
    remedy: "Name the port instead of its number.",
  },
  "unused-flow-program": {
    meaning: "A program is there for flow-hit and no flow calls it.",
    cause: "The flow lacks the action bpf(NAME), or names another program.",
    remedy: "Add the action to the flow, or remove the program.",
  },
  "seccomp-undecided": {
    meaning: "A filter of system calls is too entangled to be followed for all calls at once.",
    cause: "It computes with the call's numbers instead of comparing them.",
    remedy: "Ask for single calls with `netsim seccomp check`.",
  },
};
