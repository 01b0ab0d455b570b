import { get16, get32, set16, set32 } from "../../../../packet/wire.ts";
import { AT, DATAPATH_SIZE, VLAN_PRESENT } from "../../flow/layout.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { commit } from "./commit.ts";
import { maskBytes } from "./key-access.ts";
import { isEthernet, PACKET_TYPE } from "./packet-type.ts";
import type { Translation } from "./translation.ts";

/** What the next protocol of a network service header is, by packet types (RFC 8300, section 2.2). */
const NEXT_PROTOCOL: ReadonlyMap<number, number> = new Map([
  [PACKET_TYPE.ipv4, 1],
  [PACKET_TYPE.ipv6, 2],
  [PACKET_TYPE.ethernet, 3],
  [PACKET_TYPE.nsh, 4],
]);
const NEXT_IS_ETHERNET = 3;
/** TTL and service index of a new header. */
const [TTL, INDEX] = [63, 255];

/** encap(ethernet): before a packet that has no Ethernet header (rewrite_flow_encap_ethernet). */
export function encapsulateEthernet(t: Translation): void {
  commit(t);
  maskBytes(t.wanted, AT.packetType, 4);
  if (isEthernet(t.flow)) {
    t.say("action", "Dropping packet as encap(ethernet) is not supported for packet type ethernet.");
    t.error = "unsupported";
    return;
  }
  set16(t.flow, AT.ethType, get16(t.flow, AT.packetType + 2));
  set32(t.flow, AT.packetType, PACKET_TYPE.ethernet);
  t.flow.fill(0, AT.ethDst, AT.ethDst + 12);
  t.pending = { kind: "encap" };
}

/** encap(nsh): what the packet was is no longer known (rewrite_flow_push_nsh). @param metadata 16 bytes of type 1, or TLVs. */
export function encapsulateNsh(t: Translation, mdType: 1 | 2, metadata: Uint8Array): void {
  commit(t);
  const next = NEXT_PROTOCOL.get(get32(t.flow, AT.packetType));
  if (next === undefined) {
    t.say("warn", "Dropping packet as encap(nsh) is not supported for its packet type.");
    t.error = "unsupported";
    return;
  }
  const { flow } = t;
  maskBytes(t.wanted, AT.packetType, 4);
  flow.fill(0, AT.ethDst, DATAPATH_SIZE);
  set32(flow, AT.packetType, PACKET_TYPE.nsh);
  set16(flow, AT.ethType, ETHERTYPE.nsh);
  flow[AT.nshTtl] = TTL;
  flow[AT.nshMdType] = mdType;
  flow[AT.nshNp] = next;
  set32(flow, AT.nshPath, INDEX);
  t.pending = { kind: "encap", metadata };
}

/** decap: the Ethernet header at once, a network service header by a recirculation (xlate_generic_decap_action). */
export function decapsulate(t: Translation): "done" | undefined {
  commit(t);
  const { flow } = t;
  if (isEthernet(flow)) {
    if ((get16(flow, AT.vlanTci) & VLAN_PRESENT) !== 0) {
      t.say("action", "Dropping packet, cannot decap Ethernet if VLAN is present.");
      t.error = "unsupported";
      return undefined;
    }
    set32(flow, AT.packetType, (1 << 16) | get16(flow, AT.ethType));
    flow.fill(0, AT.ethDst, AT.ethDst + 12);
    maskBytes(t.wanted, AT.ethType, 2);
    return undefined;
  }
  if (get32(flow, AT.packetType) !== PACKET_TYPE.nsh || flow[AT.nshNp] !== NEXT_IS_ETHERNET) {
    // Open vSwitch goes on with packets of IP; here the datapath looks at Ethernet frames alone.
    t.say("warn", "Dropping packet as decap() is only there for Ethernet headers and what has frames inside.");
    t.error = "unsupported";
    return undefined;
  }
  t.wanted[AT.nshNp] = 0xff;
  set32(flow, AT.packetType, PACKET_TYPE.ethernet);
  t.pending = { kind: "decap" };
  t.freeze();
  return "done";
}
