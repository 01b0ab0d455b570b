import { formatMac } from "../../../../packet/address.ts";
import { get16, get32, set16 } from "../../../../packet/wire.ts";
import { AT, VLAN_PRESENT } from "../../flow/layout.ts";
import type { OpenFlowPort } from "../bridge/port.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { maskBits, maskBytes } from "./key-access.ts";
import { send } from "./send.ts";
import { vlanAt } from "./tags.ts";
import type { Translation } from "./translation.ts";
import { extractVlans, includesVlan, insideVlans, outsideVlans, PCP, putVlans, refusal, type Vlan } from "./vlan.ts";

const BROADCAST = 0xffff_ffff_ffff;

/** Addresses of protocols of bridges and the like, which NORMAL keeps to itself (eth_addr_is_reserved). */
const RESERVED: ReadonlySet<number> = new Set([
  ...Array.from({ length: 16 }, (_, i) => 0x0180_c200_0000 + i),
  0x00e0_2b00_0000,
  0x00e0_2b00_0004,
  0x00e0_2b00_0006,
  0x0100_0c00_0000,
  0x0100_0ccc_cccc,
  0x0100_0ccc_cccd,
  0x0100_0ccd_cdcd,
  ...Array.from({ length: 8 }, (_, i) => 0x0100_0ccc_ccc0 + i),
]);

/** The bridge of IEEE 802.1Q: learns source addresses, sends to a known destination, else floods (xlate_normal). */
export function normal(t: Translation): void {
  const { flow, wanted, bridge } = t;
  maskBytes(wanted, AT.ethDst, 12);
  maskBits(wanted, AT.vlanTci, 0x0fff | VLAN_PRESENT);
  const ofport = get32(flow, AT.inPort);
  const from = bridge.ports.get(ofport);
  if (from === undefined) {
    t.say("error", `received packet on unknown port ${ofport}`);
    t.say("warn", "no input bundle, dropping");
    return;
  }
  const type = get16(flow, AT.ethType);
  if (type === ETHERTYPE.vlan || type === ETHERTYPE.serviceVlan) {
    if ((get16(flow, AT.vlanTci) & VLAN_PRESENT) === 0) {
      t.say("warn", "partial VLAN tag, dropping");
      return;
    }
  }
  const outside = extractVlans(flow);
  const problem = refusal(from, outside[0].vid);
  if (problem !== undefined) {
    t.say("error", problem);
    t.say("warn", "disallowed VLAN VID for this input port, dropping");
    return;
  }
  const vlans = insideVlans(from, outside);
  const vlan = vlans[0].vid;
  const destination = address(flow, AT.ethDst);
  if (RESERVED.has(destination)) {
    t.say("detail", "packet has reserved destination MAC, dropping");
    return;
  }
  lookAtArp(t);
  learnSource(t, from, vlan);
  const known = bridge.macs.lookup(vlan, destination, t.now);
  if (known === undefined) {
    t.say("detail", "no learned MAC for destination, flooding");
    for (const port of bridge.ports.values())
      if (port !== from && port.isFlooded && includesVlan(port, vlans)) sendTagged(t, port, vlans);
    return;
  }
  const to = bridge.ports.get(known);
  if (to === undefined) t.say("warn", "learned port is unknown, dropping");
  else if (to === from) t.say("detail", "learned port is input port, dropping");
  else {
    t.say("detail", "forwarding to learned port");
    sendTagged(t, to, vlans);
  }
}

function address(flow: Uint8Array, at: number): number {
  return get16(flow, at) * 2 ** 32 + get32(flow, at + 2);
}

/** Looks at what tells a gratuitous ARP, for which learning has rules of its own (is_gratuitous_arp). */
function lookAtArp({ flow, wanted }: Translation): void {
  if (get16(flow, AT.ethType) !== ETHERTYPE.arp || address(flow, AT.ethDst) !== BROADCAST) return;
  maskBytes(wanted, AT.nwProto, 1);
  if (flow[AT.nwProto] !== 1) return;
  maskBytes(wanted, AT.nwSrc, 4);
  maskBytes(wanted, AT.nwDst, 4);
}

function learnSource(t: Translation, from: OpenFlowPort, vlan: number): void {
  // Group addresses are nobody's.
  if ((t.flow[AT.ethSrc]! & 1) !== 0) return;
  const source = address(t.flow, AT.ethSrc);
  t.learnt.push({ bridge: t.bridge, vlan, address: source, port: from.ofport });
  if (!t.hasEffects) return;
  if (!t.bridge.learnAddress(vlan, source, from.ofport, t.now)) return;
  if (t.report.isOn)
    t.say("detail", `learned that ${formatMac(t.flow, AT.ethSrc)} is on port ${from.name} in VLAN ${vlan}`);
}

/** Sends by a port with the tags that it wants, and puts the flow's own back (output_normal). */
function sendTagged(t: Translation, port: OpenFlowPort, vlans: readonly [Vlan, Vlan]): void {
  const before = t.flow.slice(AT.vlanTpid, AT.mpls);
  const [outer, inner] = outsideVlans(port, vlans);
  const { priorityTags, vlanMode, customerVlans } = port;
  // check_and_set_cvlan_mask
  if (vlanMode === "dot1q-tunnel" && customerVlans !== undefined) set16(t.wanted, vlanAt(1) + 2, 0xffff);
  const pcp = priorityTags === "never" ? outer.pcp : get16(t.flow, AT.vlanTci) & PCP;
  putVlans(t.flow, [{ ...outer, pcp }, inner], priorityTags === "always");
  send(t, port.ofport, false);
  t.flow.set(before, AT.vlanTpid);
}
