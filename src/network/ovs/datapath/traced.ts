import type { TracedDevice } from "../../../hooks/events/kernel-objects.ts";
import type { TracedAction, TracedFlow } from "../../../hooks/events/switch-events.ts";
import { get16, get32, set16, set32 } from "../../../packet/wire.ts";
import { trueSize } from "../../qdisc/true-size.ts";
import { AT } from "../flow/layout.ts";
import type { DatapathAction } from "./action.ts";
import type { PacketState } from "./packet-state.ts";
import type { SendingPort } from "./port.ts";

const ARPHRD_ETHER = 1;
const ETHERNET_HEADER = 14;
const SET_TUNNEL = 3;

/** enum ovs_action_attr; `set` is what the kernel makes of it (OVS_ACTION_ATTR_SET_TO_MASKED), and it has no `bpf`. */
const NUMBERS: Readonly<Record<DatapathAction["type"], number>> = {
  output: 1,
  userspace: 2,
  push_vlan: 4,
  pop_vlan: 5,
  sample: 6,
  recirc: 7,
  hash: 8,
  push_mpls: 9,
  pop_mpls: 10,
  ct: 12,
  trunc: 13,
  push_eth: 14,
  pop_eth: 15,
  ct_clear: 16,
  push_nsh: 17,
  pop_nsh: 18,
  meter: 19,
  clone: 20,
  check_pkt_len: 21,
  drop: 24,
  set: 27,
  bpf: 0,
};

const devices = new WeakMap<SendingPort, TracedDevice>();

/** A packet in a datapath as programs that trace see it. @param port by which it came in. */
export function tracedFlow(datapath: string, { skb, key, isKeyValid }: PacketState, port: SendingPort): TracedFlow {
  return {
    datapath,
    skb: skb!,
    device: deviceOf(port),
    trueSize: trueSize(skb!.length),
    flowHash: get32(key, AT.dpHash),
    recirculation: get32(key, AT.recircId),
    etherType: key[AT.ethType]! | (key[AT.ethType + 1]! << 8),
    trackedState: key[AT.ctState + 3]!,
    trackedProtocol: key[AT.ctNwProto]!,
    trackedZone: get16(key, AT.ctZone),
    isKeyValid,
  };
}

export function tracedAction(action: DatapathAction, isLast: boolean): TracedAction {
  const isTunnel = action.type === "set" && action.group === "tunnel";
  return { type: isTunnel ? SET_TUNNEL : NUMBERS[action.type], value: plainValue(action), isLast };
}

/** The bytes of an action's attribute; none where they are attributes themselves, or the kernel's own. */
function plainValue(action: DatapathAction): Uint8Array {
  switch (action.type) {
    case "output":
      return words(action.port);
    case "trunc":
      return words(action.length);
    case "recirc":
    case "meter":
      return words(action.id);
    case "hash":
      return words(action.algorithm === "l4" ? 0 : 1, action.basis);
    case "drop":
      return words(action.reason);
    case "push_vlan": {
      const value = new Uint8Array(4);
      set16(value, 0, action.tpid);
      // VLAN_CFI_MASK says that there is a tag.
      set16(value, 2, action.tci | 0x1000);
      return value;
    }
    case "push_mpls": {
      const value = new Uint8Array(8);
      set32(value, 0, action.lse);
      set16(value, 4, action.ethertype);
      return value;
    }
    case "pop_mpls": {
      const value = new Uint8Array(2);
      set16(value, 0, action.ethertype);
      return value;
    }
    case "push_eth": {
      const value = new Uint8Array(12);
      value.set(action.source, 0);
      value.set(action.destination, 6);
      return value;
    }
    default:
      return new Uint8Array(0);
  }
}

const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

function deviceOf(port: SendingPort): TracedDevice {
  let device = devices.get(port);
  if (device === undefined) {
    const { name, label, mtu, mac, ifindex } = port;
    const node = label.slice(0, label.indexOf(":"));
    device = { node, name, index: ifindex, mtu, mac, hatype: ARPHRD_ETHER, headerLength: ETHERNET_HEADER };
    devices.set(port, device);
  }
  return device;
}
