import type { DataStart } from "../bpf/filter/data-start.ts";
import {
  ETH_P_IP,
  ETH_P_IPV6,
  ETHERNET_HEADER,
  isVlan,
  LINKTYPE_ETHERNET,
  packetType,
  protocolOf,
  rawProtocol,
  SHORTEST_TAGGED,
  untag,
} from "../network/ethernet-frame.ts";
import { PACKET_HOST, PACKET_OTHERHOST, type Skb } from "../packet/skb.ts";
import type { SkbPool } from "../packet/skb-pool.ts";
import { get16 } from "../packet/wire.ts";
import type { ContextValues } from "./context-fields.ts";

const NO_MAC = new Uint8Array(6);
const IPV6_HEADER = 40;

/**
 * A packet as it comes in by an Ethernet device: its tag beside it, protocol and kind as its header says, then the fields of the case.
 * @param keepsTag the place comes before the tag is moved out of the packet's bytes (skb_vlan_untag).
 */
export function arrive(
  pool: SkbPool,
  bytes: Uint8Array,
  start: number,
  length: number,
  linkType: number,
  fields: readonly ContextValues[],
  keepsTag = false,
): Skb {
  const skb = pool.from(bytes, start, length);
  const memory = pool.store.bytes;
  skb.linkType = linkType;
  skb.ifindex = 1;
  if (linkType === LINKTYPE_ETHERNET && length >= ETHERNET_HEADER) {
    if (!keepsTag && length >= SHORTEST_TAGGED && isVlan(get16(memory, skb.data + 12))) untag(memory, skb);
    const type = packetType(memory, skb.data, NO_MAC);
    skb.pktType = type === PACKET_OTHERHOST ? PACKET_HOST : type;
    skb.protocol = protocolOf(memory, skb);
    skb.macHeader = skb.data;
    skb.networkHeader = skb.data + ETHERNET_HEADER;
  } else {
    skb.protocol = rawProtocol(memory, skb);
    skb.networkHeader = skb.data;
  }
  skb.transportHeader = skb.networkHeader + headerLength(memory, skb);
  for (const { fields: values, words } of fields) {
    for (const { field, value } of values) field.set(skb, value);
    words?.forEach((word, i) => {
      skb.cb[i] = word;
    });
  }
  return skb;
}

/** Bytes of the IP header without extensions; 0 where there is none. */
function headerLength(memory: Uint8Array, { protocol, networkHeader, data, length }: Skb): number {
  const left = data + length - networkHeader;
  const size =
    protocol === ETH_P_IP && left > 0 ? (memory[networkHeader]! & 15) * 4 : protocol === ETH_P_IPV6 ? IPV6_HEADER : 0;
  return Math.min(size, left);
}

/** Address of the first byte that a program sees. */
export function dataAddress(skb: Skb, start: DataStart): number {
  return start === "link" ? skb.data : start === "network" || start === "ppp" ? skb.networkHeader : skb.transportHeader;
}
