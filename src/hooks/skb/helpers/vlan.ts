import { ERRNO } from "../../../bpf/maps/errno.ts";
import { swap16 } from "../../../bpf/network-order.ts";
import type { HostFunction } from "../../../bpf/vm/host-function.ts";
import { pull } from "../../../packet/linear-part.ts";
import type { Skb } from "../../../packet/skb.ts";
import { helper32 } from "../../helpers/helper32.ts";
import type { HelperGroup } from "./packet-helpers.ts";

const ETH_P_8021Q = 0x8100;
const ETH_P_8021AD = 0x88a8;
const ETHERNET_HEADER = 14;
const VLAN_TAG = 4;

/** VLAN tags, which a packet's metadata holds: the outermost (skb_vlan_push, skb_vlan_pop). */
export const vlanHelpers: HelperGroup = (running, { pool }): ReadonlyMap<number, HostFunction> => {
  const { store } = pool;
  return new Map([
    helper32(18, "bpf_skb_vlan_push", 3, "signed", (_context, protocol, tci) => {
      const skb = running.block.skb!;
      const wanted = swap16(protocol!);
      const tpid = wanted === ETH_P_8021AD ? ETH_P_8021AD : ETH_P_8021Q;
      if (skb.vlanPresent === 1) {
        // The tag that is there goes into the bytes, behind the addresses.
        pool.reserve(skb, VLAN_TAG, 0);
        skb.data -= VLAN_TAG;
        skb.length += VLAN_TAG;
        skb.originalLength += VLAN_TAG;
        skb.macHeader = skb.data;
        const { bytes } = store;
        bytes.copyWithin(skb.data, skb.data + VLAN_TAG, skb.data + VLAN_TAG + 12);
        put16(bytes, skb.data + 12, skb.vlanTpid);
        put16(bytes, skb.data + 14, skb.vlanTci);
        skb.protocol = skb.vlanTpid;
        skb.networkHeader -= VLAN_TAG;
      }
      skb.vlanPresent = 1;
      skb.vlanTpid = tpid;
      skb.vlanTci = tci! & 0xffff;
      running.refresh();
      return 0;
    }),
    helper32(19, "bpf_skb_vlan_pop", 1, "signed", () => {
      const skb = running.block.skb!;
      const { bytes } = store;
      if (skb.vlanPresent === 1) skb.vlanPresent = 0;
      else if (isVlan(skb.protocol) && pull(skb, ETHERNET_HEADER + VLAN_TAG)) takeOut(skb, bytes);
      else {
        running.refresh();
        return 0;
      }
      skb.vlanTci = 0;
      skb.vlanTpid = 0;
      // A tag behind it becomes the one in the metadata.
      if (isVlan(skb.protocol)) {
        if (!pull(skb, ETHERNET_HEADER + VLAN_TAG)) return -ERRNO.ENOMEM;
        const tpid = skb.protocol;
        skb.vlanTci = get16(bytes, skb.data + 14);
        takeOut(skb, bytes);
        skb.vlanPresent = 1;
        skb.vlanTpid = tpid;
      }
      running.refresh();
      return 0;
    }),
  ]);
};

/** Takes the tag behind the addresses out of the bytes. */
function takeOut(skb: Skb, bytes: Uint8Array): void {
  bytes.copyWithin(skb.data + VLAN_TAG, skb.data, skb.data + 12);
  skb.data += VLAN_TAG;
  skb.length -= VLAN_TAG;
  skb.originalLength -= VLAN_TAG;
  skb.macHeader = skb.data;
  skb.networkHeader = Math.max(skb.networkHeader, skb.data + ETHERNET_HEADER);
  skb.protocol = get16(bytes, skb.data + 12);
}

const isVlan = (protocol: number): boolean => protocol === ETH_P_8021Q || protocol === ETH_P_8021AD;
const get16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
