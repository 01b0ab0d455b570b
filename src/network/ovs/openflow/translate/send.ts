import { get32 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";
import { commit } from "./commit.ts";
import { isEthernet } from "./packet-type.ts";
import { throughPatch } from "./patch.ts";
import type { Translation } from "./translation.ts";
import { throughTunnel } from "./tunnel.ts";

/** The port that the flow came in by, as OpenFlow numbers it. */
export const inPort = (t: Translation): number => get32(t.flow, AT.inPort);

/** Sends to one port of the bridge: commits what has changed, then outputs (compose_output_action). */
export function send(t: Translation, ofport: number, isLast: boolean): void {
  const port = t.bridge.ports.get(ofport);
  if (port === undefined) {
    t.say("warn", "Nonexistent output port");
    return;
  }
  if (!isEthernet(t.flow)) {
    t.say("warn", "Trying to send non-Ethernet packet through legacy L2 port. Dropping packet.");
    return;
  }
  if (port.kind === "patch" && t.entersPatches) {
    throughPatch(t, port, isLast);
    return;
  }
  if (port.tunnel !== undefined) {
    throughTunnel(t, port, port.tunnel);
    return;
  }
  commit(t);
  t.out.push({ type: "output", port: port.number });
}
