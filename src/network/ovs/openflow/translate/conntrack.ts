import { get16, get32 } from "../../../../packet/wire.ts";
import type { ConntrackAction } from "../../datapath/action.ts";
import { AT } from "../../flow/layout.ts";
import type { CtAction } from "../action/conntrack.ts";
import { readSubfield } from "../field/subfield.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { commit } from "./commit.ts";
import { wantSubfield } from "./fields.ts";
import { recirculate } from "./freeze.ts";
import type { Translation } from "./translation.ts";

/** ct: tracks the packet; a copy may go on in a table, the packet itself knows no more of it (compose_conntrack_action). */
export function trackConnection(t: Translation, ct: CtAction, isLast: boolean): void {
  let zone: number;
  if (typeof ct.zone === "number") zone = ct.zone;
  else {
    zone = Number(readSubfield(t.flow, ct.zone));
    wantSubfield(t.wanted, ct.zone);
  }
  commit(t);
  // What the nested actions write is told by what they look at.
  const kept = t.wanted.slice(AT.ctMark, AT.ctLabel + 16);
  t.wanted.fill(0, AT.ctMark, AT.ctLabel + 16);
  t.run(ct.exec, isLast);
  const mark = get32(t.wanted, AT.ctMark);
  const label = t.wanted.slice(AT.ctLabel, AT.ctLabel + 16);
  const action: ConntrackAction = {
    type: "ct",
    zone,
    isCommit: ct.isCommit,
    isForced: ct.isForced,
    ...(mark !== 0 && { mark: { value: (get32(t.flow, AT.ctMark) & mark) >>> 0, mask: mark } }),
    ...(label.some((byte) => byte !== 0) && {
      label: { value: label.map((byte, i) => byte & t.flow[AT.ctLabel + i]!), mask: label },
    }),
    ...(ct.nat !== undefined && { nat: ct.nat }),
    ...(ct.helper !== undefined && { helper: ct.helper }),
  };
  t.out.push(action);
  t.wanted.set(kept, AT.ctMark);
  if (ct.table !== undefined) {
    t.isTracked = true;
    const id = recirculate(t, ct.table);
    t.forks.push({ id, flow: t.flow.slice() });
    t.say(
      "detail",
      `A clone of the packet is forked to recirculate. The forked pipeline will be resumed at table ${ct.table}.`,
    );
  }
  forgetConnection(t.flow);
  t.say("detail", "Sets the packet to an untracked state, and clears all the conntrack fields.");
  t.isTracked = false;
}

/** ct_clear: only where the packet is tracked. */
export function clearConnection(t: Translation): void {
  if (!t.isTracked) return;
  forgetConnection(t.flow);
  t.isTracked = false;
  t.out.push({ type: "ct_clear" });
}

/** What is known of a flow's connection goes (flow_clear_conntrack). */
export function forgetConnection(flow: Uint8Array): void {
  flow.fill(0, AT.ctState, AT.ctNwProto + 1);
  flow.fill(0, AT.ctMark, AT.ctLabel + 16);
  flow.fill(0, AT.ctTpSrc, AT.ctTpSrc + 4);
  if (get16(flow, AT.ethType) === ETHERTYPE.ip) flow.fill(0, AT.ctNwSrc, AT.ctNwSrc + 8);
  else if (get16(flow, AT.ethType) === ETHERTYPE.ipv6) flow.fill(0, AT.ctIpv6Src, AT.ctIpv6Src + 32);
}
