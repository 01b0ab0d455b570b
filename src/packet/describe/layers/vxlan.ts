import { uint } from "../fields.ts";
import type { LayerFormat } from "../layer-format.ts";

export const VXLAN_PORT = 4789;

/** VXLAN (RFC 7348). */
export const VXLAN: LayerFormat = {
  name: "vxlan",
  description: "VXLAN (RFC 7348); an Ethernet frame is in it.",
  size: 8,
  carrier: "udp",
  fields: {
    flags: uint(0, 8, "Flags. Default: the VNI is valid.", { default: 0x08 }),
    reserved: uint(8, 24, "The reserved bits before the VNI.", { default: 0 }),
    vni: uint(32, 24, "Network identifier.", { default: 1 }),
    reserved2: uint(56, 8, "The reserved bits behind the VNI.", { default: 0 }),
  },
};
