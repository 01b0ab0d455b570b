/**
 * From a packet to its flow key, as the kernel module does it (net/openvswitch/flow.c, key_extract): extractMetadata for
 * what is known of a packet that came in by a port, extractHeaders for what its bytes say.
 */
import type { Skb } from "../../../packet/skb.ts";
import { get16, set16, set32 } from "../../../packet/wire.ts";
import { isVlan, TAGGED_HEADER, untag } from "../../ethernet-frame.ts";
import { extractNetwork } from "./extract-network.ts";
import { AT, DATAPATH_SIZE, NO_ETHERTYPE, VLAN_PRESENT } from "./layout.ts";

const ETHERNET_HEADER = 14;
const VLAN_TAG = 4;
const SNAP_HEADER = 8;
const FIRST_ETHERTYPE = 0x0600;

/** Starts the key of a packet that came in by a port, without tunnel, connection or recirculation. */
export function extractMetadata(skb: Skb, inPort: number, key: Uint8Array): void {
  key.fill(0);
  set32(key, AT.inPort, inPort);
  set32(key, AT.skbPriority, skb.priority);
  set32(key, AT.skbMark, skb.mark);
}

/**
 * Fills the key from AT.ethDst up, the connection's tuples with zeros, and the packet's header positions and protocol. The
 * outermost VLAN tag moves into the packet's metadata. `tags` are known of at most, the first two as parts of the key; what
 * comes behind is the Ethernet type, be it a further tag's TPID (other_config:vlan-limit). False where the packet is to be
 * dropped: no whole Ethernet header, malformed NSH.
 */
export function extractHeaders(bytes: Uint8Array, skb: Skb, key: Uint8Array, tags: number): boolean {
  key.fill(0, AT.ethDst, DATAPATH_SIZE);
  if (skb.length < ETHERNET_HEADER) return false;
  if (skb.vlanPresent === 0 && skb.length >= TAGGED_HEADER && isVlan(get16(bytes, skb.data + 12))) untag(bytes, skb);
  const start = skb.data;
  const end = start + skb.length;
  skb.macHeader = start;
  for (let i = 0; i < 12; i++) key[AT.ethDst + i] = bytes[start + i]!;
  let at = start + 12;
  if (skb.vlanPresent === 1) {
    set16(key, AT.vlanTpid, skb.vlanTpid);
    set16(key, AT.vlanTci, skb.vlanTci | VLAN_PRESENT);
    for (let i = 1; i < tags && isVlan(get16(bytes, at)) && end - at >= VLAN_TAG + 2; i++, at += VLAN_TAG) {
      if (i > 1) continue;
      set16(key, AT.innerVlanTpid, get16(bytes, at));
      set16(key, AT.innerVlanTci, get16(bytes, at + 2) | VLAN_PRESENT);
    }
  }
  const type = get16(bytes, at);
  at += 2;
  const hasType = type >= FIRST_ETHERTYPE;
  const ethertype = hasType ? type : snapType(bytes, at, end);
  if (!hasType && ethertype !== NO_ETHERTYPE) at += SNAP_HEADER;
  set16(key, AT.ethType, ethertype);
  skb.protocol = key[AT.innerVlanTci] === 0 ? ethertype : get16(key, AT.innerVlanTpid);
  skb.networkHeader = at;
  return extractNetwork(bytes, skb, at, end, ethertype, key);
}

/** The type in a SNAP header, where there is one. */
function snapType(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < SNAP_HEADER) return NO_ETHERTYPE;
  if (bytes[at] !== 0xaa || bytes[at + 1] !== 0xaa) return NO_ETHERTYPE;
  if ((bytes[at + 3]! | bytes[at + 4]! | bytes[at + 5]!) !== 0) return NO_ETHERTYPE;
  const type = get16(bytes, at + 6);
  return type >= FIRST_ETHERTYPE ? type : NO_ETHERTYPE;
}
