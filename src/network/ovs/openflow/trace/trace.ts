import { set32 } from "../../../../packet/wire.ts";
import { AT, CT_STATE } from "../../flow/layout.ts";
import type { Bridge } from "../bridge/bridge.ts";
import { Report } from "../translate/report.ts";
import { translate } from "../translate/translate.ts";
import { formatTrace } from "./format-trace.ts";

/** Recirculations that are followed (MAX_RECIRC_DEPTH of ofproto/ofproto-dpif-trace.c allows more than packets take). */
const MAX_RECIRCULATIONS = 64;
const RULE = "=".repeat(79);

/**
 * What `ofproto/trace` prints of a flow, with the ways of its copies that come back from connection tracking, each of a
 * connection that is new. `key`: the flow, its input port by OpenFlow's number; nothing is learnt from it.
 */
export function trace(bridge: Bridge, key: Uint8Array, now: number): string {
  let text = "";
  const waiting: { readonly key: Uint8Array; readonly recirculation: number }[] = [];
  let followed = 0;
  let next: { readonly key: Uint8Array; readonly recirculation: number } | undefined = { key, recirculation: 0 };
  while (next !== undefined && followed++ < MAX_RECIRCULATIONS) {
    if (next.recirculation !== 0) {
      const id = `recirc(0x${next.recirculation.toString(16)})`;
      text += `\n${RULE}\n${id} - resume conntrack with default ct_state=trk|new (use --ct-next to customize)\n${RULE}\n\n`;
    }
    const t = translate({ bridge, key: next.key, skb: undefined, hasEffects: false, now, report: new Report(true) });
    text += formatTrace(t);
    for (const { id, flow } of t.forks) {
      const resumed = flow.slice();
      set32(resumed, AT.recircId, id);
      resumed[AT.ctState + 3] = CT_STATE.trk | CT_STATE.new;
      waiting.push({ key: resumed, recirculation: id });
    }
    next = waiting.shift();
  }
  return text;
}
