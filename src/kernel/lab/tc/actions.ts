import { TC_ACT } from "../../../hooks/tc/verdict.ts";
import { NetlinkAttributes, words } from "../../netlink/netlink-attributes.ts";
import type { Code } from "../code.ts";

/** An action in the kernel's terms. */
export type LabAction =
  | { readonly kind: "bpf"; readonly code: Code; readonly answer: number }
  | { readonly kind: "gact"; readonly answer: number }
  | { readonly kind: "mirred"; readonly index: number; readonly ingress: boolean; readonly mirrors: boolean };

/** TCA_ACT_KIND, TCA_ACT_OPTIONS */
const [KIND, OPTIONS] = [1, 2];
/** TCA_GACT_PARMS, TCA_MIRRED_PARMS and TCA_ACT_BPF_PARMS. */
const PARAMETERS = 2;
/** TCA_ACT_BPF_* */
const BPF = { length: 3, instructions: 4, descriptor: 5, name: 6 } as const;
/** TCA_EGRESS_REDIR and those behind it. */
const [EGRESS_REDIRECT, EGRESS_MIRROR, INGRESS_REDIRECT, INGRESS_MIRROR] = [1, 2, 3, 4];

/** Actions of a filter, in order (tcf_action_init). */
export function encodeActions(actions: readonly LabAction[]): NetlinkAttributes {
  const list = new NetlinkAttributes();
  for (const [i, action] of actions.entries())
    list.nested(i + 1, new NetlinkAttributes().text(KIND, action.kind).nested(OPTIONS, optionsOf(action)));
  return list;
}

/** Options of an action, whose parameters begin with tc_gen: index, capabilities, answer, two counts of references. */
function optionsOf(action: LabAction): NetlinkAttributes {
  const options = new NetlinkAttributes();
  switch (action.kind) {
    case "gact":
      return options.words(PARAMETERS, 0, 0, action.answer, 0, 0);
    case "mirred": {
      const { ingress, mirrors, index } = action;
      const way = ingress ? (mirrors ? INGRESS_MIRROR : INGRESS_REDIRECT) : mirrors ? EGRESS_MIRROR : EGRESS_REDIRECT;
      return options.words(PARAMETERS, 0, 0, mirrors ? TC_ACT.PIPE : TC_ACT.STOLEN, 0, 0, way, index);
    }
    case "bpf": {
      const { code } = action;
      options.bytes(PARAMETERS, words(0, 0, action.answer, 0, 0));
      if (code.kind === "classic")
        return options.short(BPF.length, code.instructions.length / 8).bytes(BPF.instructions, code.instructions);
      return options.words(BPF.descriptor, code.descriptor).text(BPF.name, code.name);
    }
  }
}
