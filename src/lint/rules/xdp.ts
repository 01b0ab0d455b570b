import type { Rule } from "../rule.ts";

const [ABORTED, DROP, TX] = [0, 1, 3];

/** XDP_ABORTED is for what should not happen: each such packet raises the tracepoint xdp:xdp_exception. */
export const xdpAborted: Rule = {
  name: "xdp-aborted",
  *check({ uses }) {
    for (const { hook, returns, program, place } of uses)
      if (hook.place === "xdp" && returns.includes(ABORTED) && !returns.includes(DROP))
        yield {
          place,
          message: `'${program}' drops with XDP_ABORTED (0) alone: each packet is told as an error, by the tracepoint xdp:xdp_exception.`,
          hint: "To drop packets return XDP_DROP (1); 0 is for errors of the program.",
        };
  },
};

/** A frame that goes back by XDP_TX as it came has its receiver's address still, not its sender's. */
export const xdpTxUnchanged: Rule = {
  name: "xdp-tx-unchanged",
  *check({ uses }) {
    for (const { hook, returns, writes, program, place } of uses)
      if (hook.place === "xdp" && returns.includes(TX) && writes.length === 0)
        yield {
          place,
          message: `'${program}' returns XDP_TX and never writes to the frame: it goes back to where it came from with its own destination address, and nobody takes it.`,
          hint: "Swap the MAC addresses before XDP_TX.",
        };
  },
};
