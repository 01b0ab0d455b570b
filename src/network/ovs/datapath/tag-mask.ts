import { get16, set16 } from "../../../packet/wire.ts";
import { AT, VLAN_PRESENT } from "../flow/layout.ts";

/** Whether there is a tag, and its VLAN; not its priority. */
const WANTED = VLAN_PRESENT | 0x0fff;

/**
 * Makes a mask look at tags that it did not ask about: a flow of untagged packets is none of tagged ones, and the other way
 * round, since a key without a tag says that there is none ("Always match on tci" in ovs_nla_get_match of
 * net/openvswitch/flow_netlink.c; handle_packet_upcall of lib/dpif-netdev.c). Changes `mask`.
 */
export function wantTags(mask: Uint8Array): void {
  if (get16(mask, AT.vlanTci) === 0) set16(mask, AT.vlanTci, WANTED);
  if (get16(mask, AT.innerVlanTci) === 0) set16(mask, AT.innerVlanTci, WANTED);
}
