import type { CgroupVerdict, HookAt, HostSite } from "../hook.ts";
import { ownPacketContext } from "../skb/own-context.ts";

/** Bits of a program's answer: the packet is let through; the sender hears of congestion (BPF_RET_SET_CN, shifted). */
const ALLOW = 1;
const CONGESTED = 2;

const DROPPED = 0;
const PASSED = 1;
const DROPPED_CONGESTED = 2;
const PASSED_CONGESTED = 3;

/** What comes to sockets: bit 0 lets it through (__cgroup_bpf_run_filter_skb of kernel/bpf/cgroup.c). */
export const cgroupIngress: HookAt<"cgroup-ingress"> = {
  name: "cgroup-ingress",
  place: "cgroup-ingress",
  key: "ingress",
  programTypes: ["cgroup_skb"],
  // BPF_CGROUP_INET_INGRESS
  attachType: 0,
  dataStart: "network",
  description: "Programs on what comes to the group's sockets: 0 keeps it from them.",
  outcomes: [
    {
      name: "dropped",
      row: { returns: "0", does: "kept from the socket, as if its filter had done so", fate: "lost" },
    },
    {
      name: "passed",
      row: { returns: "1", does: "goes to the socket, unless another program says no", fate: "goes on" },
    },
  ],
  context: ownPacketContext,

  interpret(returnValue: number, _site: HostSite, verdict: CgroupVerdict): number {
    verdict.allows = returnValue !== 0;
    verdict.congested = false;
    return verdict.allows ? PASSED : DROPPED;
  },
};

/** What sockets send: bit 0 lets it through, bit 1 tells the sender of congestion (bpf_prog_run_array_cg). */
export const cgroupEgress: HookAt<"cgroup-egress"> = {
  name: "cgroup-egress",
  place: "cgroup-egress",
  key: "egress",
  programTypes: ["cgroup_skb"],
  // BPF_CGROUP_INET_EGRESS
  attachType: 1,
  dataStart: "network",
  description: "Programs on what the group's sockets send: 0 fails with EPERM, 2 and 3 tell of congestion.",
  outcomes: [
    { name: "dropped", row: { returns: "0", does: "dropped, and the sender gets EPERM", fate: "lost" } },
    { name: "passed", row: { returns: "1", does: "leaves, unless another program says no", fate: "goes on" } },
    {
      name: "dropped-congested",
      within: "dropped",
      row: { returns: "2", does: "dropped, and the sender hears of congestion", fate: "lost" },
    },
    {
      name: "passed-congested",
      within: "passed",
      row: { returns: "3", does: "leaves, and the sender hears of congestion", fate: "goes on" },
    },
  ],
  context: ownPacketContext,

  interpret(returnValue: number, _site: HostSite, verdict: CgroupVerdict): number {
    verdict.allows = (returnValue & ALLOW) !== 0;
    verdict.congested = (returnValue & CONGESTED) !== 0;
    if (verdict.allows) return verdict.congested ? PASSED_CONGESTED : PASSED;
    return verdict.congested ? DROPPED_CONGESTED : DROPPED;
  },
};
