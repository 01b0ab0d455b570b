import type { HookPlace } from "../../hooks/places.ts";
import type { Rule } from "../rule.ts";

/** The answers that have a meaning at a place, signed, and what becomes of a packet with another. */
interface Answers {
  readonly known: readonly number[];
  readonly otherwise: string;
}

const NEXT = "the packet goes on to the next filter";
const TCX: Answers = { known: [-1, 0, 2, 7], otherwise: NEXT };
const LWT: Answers = { known: [0, 2, 7, 128], otherwise: "the packet is dropped" };
const OPCODES: Answers = { known: [-1, 0, 1, 2, 3, 4, 7], otherwise: "the packet goes on, counted as unknown" };

/** TC_ACT of direct action, of actions and of tcx; enum xdp_action; enum bpf_ret_code of routes; what Open vSwitch's contract has. */
const ANSWERS: Readonly<Partial<Record<HookPlace, Answers>>> = {
  "tc-filter": { known: [-1, 0, 2, 4, 7, 8], otherwise: NEXT },
  "tc-action": { known: [-1, 0, 1, 2, 3, 7], otherwise: NEXT },
  "tcx-ingress": TCX,
  "tcx-egress": TCX,
  xdp: { known: [0, 1, 2, 3, 4], otherwise: "the packet is dropped as with XDP_ABORTED, and the kernel warns" },
  "lwt-in": LWT,
  "lwt-out": LWT,
  "lwt-xmit": LWT,
  "ovs-parser": { known: [0, 2, 129], otherwise: "the packet is dropped as a parser's error" },
  "ovs-flow-hit": OPCODES,
  "ovs-flow-miss": OPCODES,
};

/** A verdict that the place has no meaning for is taken as another one. */
export const unknownVerdict: Rule = {
  name: "unknown-verdict",
  *check({ uses }) {
    for (const { hook, filter, returns, program, place } of uses) {
      const answers = ANSWERS[hook.place];
      if (answers === undefined || (hook.place === "tc-filter" && !filter?.directAction)) continue;
      for (const value of returns.filter((one) => !answers.known.includes(one)))
        yield {
          place,
          message: `'${program}' returns ${value}, which has no meaning at ${hook.name}: ${answers.otherwise}.`,
          hint: `There are ${answers.known.join(", ")}.`,
        };
    }
  },
};
