import type { Rule } from "../rule.ts";

/** At egress bit 1 of the answer tells the sender of congestion (BPF_RET_SET_CN): 2 drops, though TC_ACT and XDP have other meanings for it. */
export const cgroupCongestion: Rule = {
  name: "cgroup-congestion",
  *check({ uses }) {
    for (const { hook, returns, program, place } of uses) {
      if (hook.place !== "cgroup-egress") continue;
      for (const value of returns.filter((one) => one === 2 || one === 3))
        yield {
          place,
          message: `'${program}' returns ${value} at ${hook.name}: the packet ${value === 2 ? "is dropped" : "leaves"} and its sender is told of congestion.`,
          hint: "Return 1 to let a packet through and 0 to refuse it; 2 and 3 are for the sender's congestion control.",
        };
    }
  },
};
