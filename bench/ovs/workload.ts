import { AT, blankKey } from "../../src/network/ovs/flow/layout.ts";
import { get16, set16, set32 } from "../../src/packet/wire.ts";

/** Flows that a datapath has before packets come, and the packets: one port of UDP a flow, in turn. */
export interface Workload {
  readonly flows: number;
  /** Masks that the flows are shared out among. */
  readonly masks: number;
}

const DESTINATION_PORT = 36;
const LAST_OF_MAC = 2;

/** 64 bytes of UDP over IPv4 to a port. */
export function frameTo(port: number): Uint8Array {
  const frame = new Uint8Array(64);
  frame.set([2, 0, 0, 0, 0, LAST_OF_MAC, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17]);
  frame.set([10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 0, 0, 30], 26);
  set16(frame, DESTINATION_PORT, port);
  return frame;
}

/** Writes the port that a frame goes to. */
export function setPort(bytes: Uint8Array, frame: number, port: number): void {
  set16(bytes, frame + DESTINATION_PORT, port);
}

/** A flow that sends what comes in by port 1 with a port of UDP to port 2, as key and mask. Masks differ in bits of the MAC address that all packets have alike. */
export function flowOf(index: number, { masks }: Workload): { key: Uint8Array; mask: Uint8Array } {
  const key = blankKey();
  const mask = blankKey();
  set32(key, AT.inPort, 1);
  mask.fill(0xff, AT.inPort, AT.inPort + 4);
  mask[AT.ethDst + 5] = index % masks;
  key[AT.ethDst + 5] = LAST_OF_MAC & (index % masks);
  set16(key, AT.ethType, 0x0800);
  mask.fill(0xff, AT.ethType, AT.ethType + 2);
  key[AT.nwProto] = 17;
  mask[AT.nwProto] = 0xff;
  mask[AT.nwFrag] = 0xff;
  set16(key, AT.tpDst, index);
  mask.fill(0xff, AT.tpDst, AT.tpDst + 2);
  return { key, mask };
}

/** The same flow in the words of `ovs-appctl dpctl/add-flows`. */
export function flowText(index: number, workload: Workload): string {
  const { key, mask } = flowOf(index, workload);
  const mac = (bytes: Uint8Array) => `00:00:00:00:00:${bytes[AT.ethDst + 5]!.toString(16).padStart(2, "0")}`;
  const eth = workload.masks === 1 ? "" : `dst=${mac(key)}/${mac(mask)}`;
  return `in_port(1),eth(${eth}),eth_type(0x0800),ipv4(proto=17,frag=no),udp(dst=${get16(key, AT.tpDst)}) 2`;
}
