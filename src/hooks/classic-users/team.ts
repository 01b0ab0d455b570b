import type { HashVerdict, HookAt, HostSite } from "../hook.ts";

/** The hash of a team device in load balancing mode (drivers/net/team/team_mode_loadbalance.c, lb_get_skb_hash): the answer's four bytes, XORed. */
export const teamHash: HookAt<"team-hash"> = {
  name: "team-hash",
  place: "team-hash",
  key: "hash",
  // Programs come by netlink as classic ones.
  programTypes: ["classic"],
  description: "Program whose answer, its four bytes XORed, chooses the port. Without one all frames have hash 0.",
  outcomes: [
    { name: "hashed", row: { returns: "anything", does: "its bytes, XORed, choose the port", fate: "goes on" } },
  ],

  interpret(returnValue: number, _site: HostSite, verdict: HashVerdict): number {
    verdict.hash = (returnValue ^ (returnValue >>> 8) ^ (returnValue >>> 16) ^ (returnValue >>> 24)) & 0xff;
    return 0;
  },
};
