import type { HookAt, HostSite, MatchVerdict } from "../hook.ts";

/** iptables' `-m bpf` (net/netfilter/xt_bpf.c): matches where the program does not return 0. Its data begins at the network header. */
export const xtBpf: HookAt<"xt-match"> = {
  name: "xt-bpf",
  place: "xt-match",
  key: "bpf",
  programTypes: ["classic", "socket_filter"],
  dataStart: "network",
  // XT_BPF_MAX_NUM_INSTR
  mostInstructions: 64,
  description: "Program that decides whether the rule is for a packet (iptables -m bpf): anything but 0 matches.",
  outcomes: [
    { name: "unmatched", row: { returns: "0", does: "no match: the next rule", fate: "open" } },
    { name: "matched", row: { returns: "anything else", does: "a match: the rule's target", fate: "open" } },
  ],

  interpret(returnValue: number, _site: HostSite, verdict: MatchVerdict): number {
    verdict.matches = returnValue !== 0;
    return verdict.matches ? 1 : 0;
  },
};
