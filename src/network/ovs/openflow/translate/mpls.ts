import { MPLS_LABELS } from "../../flow/layout.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { commit } from "./commit.ts";
import { labelCount, popLabel, pushLabel } from "./tags.ts";
import type { Translation } from "./translation.ts";

/** push_mpls: what lies below the first label is no longer known (compose_mpls_push_action). */
export function pushMpls(t: Translation, ethertype: number): void {
  const count = labelCount(t.flow, t.wanted);
  if (count === 0) commit(t);
  else if (count >= MPLS_LABELS) {
    t.error = "too many MPLS labels";
    return;
  }
  pushLabel(t.flow, count, ethertype, t.wanted, true);
}

/** pop_mpls: to look at what lay below the last label the packet has to recirculate (compose_mpls_pop_action). */
export function popMpls(t: Translation, ethertype: number): void {
  const count = labelCount(t.flow, t.wanted);
  if (popLabel(t.flow, count, ethertype, t.wanted)) {
    if (ethertype !== ETHERTYPE.mpls && ethertype !== ETHERTYPE.mplsMulticast) t.wasMpls = true;
  } else if (count >= MPLS_LABELS) {
    t.error = "too many MPLS labels";
    t.out = [];
  }
}
