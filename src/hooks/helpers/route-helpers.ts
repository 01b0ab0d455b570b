import { ERRNO } from "../../bpf/maps/errno.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import { lengthOfSegment } from "../../packet/segment-length.ts";
import { hasTransportHeader, type Skb } from "../../packet/skb.ts";
import type { ProgramNetwork, ProgramRoute, RouteQuery } from "../program-network.ts";
import type { HookServices } from "../services.ts";
import type { RunningOnPacket } from "./base-helpers.ts";
import { helper32 } from "./helper32.ts";

/** struct bpf_fib_lookup: offsets and size. */
const LOOKUP = {
  family: 0,
  length: 6,
  ifindex: 8,
  metric: 12,
  source: 16,
  destination: 32,
  table: 48,
  sourceMac: 52,
  destinationMac: 58,
} as const;
const LOOKUP_BYTES = 64;
const AF_INET = 2;
const AF_INET6 = 10;

/** BPF_FIB_LOOKUP_*. */
const FLAG = { direct: 1, output: 2, skipNeighbour: 4, table: 8, source: 16, mark: 32 } as const;
const ALL_FLAGS = Object.values(FLAG).reduce((all, flag) => all | flag, 0);
/** RT_TABLE_MAIN, RT_TABLE_LOCAL. */
const MAIN = 254;
const LOCAL = 255;

/** BPF_FIB_LKUP_RET_*. */
const FOUND = {
  success: 0,
  notForwarded: 4,
  forwardingDisabled: 5,
  encapsulated: 6,
  noNeighbour: 7,
  fragmentationNeeded: 8,
  noSource: 9,
} as const;

/** BPF_MTU_CHK_SEGS; BPF_MTU_CHK_RET_*. */
const CHECK_SEGMENTS = 1;
const FITS = 0;
const TOO_LONG = 1;
const SEGMENTS_TOO_LONG = 2;
/** EAFNOSUPPORT, negative. */
const NO_FAMILY = -97;
/** Bytes of a VLAN tag, which devices let through beyond their MTU. */
const VLAN_TAG = 4;

/**
 * Which way a packet would go, and whether it fits (net/core/filter.c: bpf_skb_fib_lookup, bpf_xdp_fib_lookup, bpf_skb_check_mtu,
 * bpf_xdp_check_mtu). Programs of XDP have no packet of which the length is known beforehand, and always compare the one that they give.
 */
export function routeHelpers(
  running: RunningOnPacket,
  { machine }: HookServices,
  kind: "skb" | "xdp",
): ReadonlyMap<number, HostFunction> {
  const { memory } = machine;
  const get16 = (at: number) => memory.bytes[at]! | (memory.bytes[at + 1]! << 8);
  const set16 = (at: number, value: number) => {
    memory.bytes[at] = value;
    memory.bytes[at + 1] = value >>> 8;
  };
  /** The answer once a route is known. */
  const fill = (at: number, family: 4 | 6, route: ProgramRoute, network: ProgramNetwork, flags: number): number => {
    const { bytes } = memory;
    const given = get16(at + LOOKUP.length);
    const compares = kind === "xdp" || given !== 0;
    if (compares && given > route.mtu) {
      set16(at + LOOKUP.length, route.mtu);
      return FOUND.fragmentationNeeded;
    }
    if (route.encapsulated) return FOUND.encapsulated;
    memory.setUint32(at + LOOKUP.metric, route.metric);
    memory.setUint32(at + LOOKUP.ifindex, route.device.index);
    // The source is chosen for the destination, which the next hop then replaces.
    const source = (flags & FLAG.source) === 0 ? undefined : route.source();
    if (family === 6 && (flags & FLAG.source) !== 0 && source === undefined) return FOUND.noSource;
    if (source !== undefined) bytes.set(source, at + LOOKUP.source);
    if (route.via !== undefined) bytes.set(route.via, at + LOOKUP.destination);
    if ((flags & FLAG.skipNeighbour) === 0) {
      const mac = network.neighbour(route.device.index, family, bytes, at + LOOKUP.destination);
      if (mac === undefined) return FOUND.noNeighbour;
      bytes.set(mac, at + LOOKUP.destinationMac);
      bytes.set(route.device.mac, at + LOOKUP.sourceMac);
    }
    memory.setUint32(at + LOOKUP.table, 0);
    if (compares) set16(at + LOOKUP.length, route.mtu);
    return FOUND.success;
  };
  const lookUp = (at: number, family: 4 | 6, network: ProgramNetwork, flags: number): number => {
    const { bytes } = memory;
    if (family === 6 && (needsLink(bytes, at + LOOKUP.destination) || needsLink(bytes, at + LOOKUP.source)))
      return FOUND.notForwarded;
    const ifindex = memory.uint32(at + LOOKUP.ifindex);
    if (network.device(ifindex) === undefined) return -ERRNO.ENODEV;
    if (!network.forwarding) return FOUND.forwardingDisabled;
    let table: RouteQuery["table"] | undefined = "all";
    if ((flags & FLAG.direct) !== 0) {
      table = "main";
      if ((flags & FLAG.table) !== 0) {
        const number = memory.uint32(at + LOOKUP.table);
        memory.setUint32(at + LOOKUP.table, 0);
        table = number === MAIN ? "main" : number === LOCAL ? "local" : undefined;
      }
    }
    if (table === undefined) return FOUND.notForwarded;
    const device = (flags & FLAG.output) === 0 ? undefined : ifindex;
    const route = network.route({ family, bytes, destination: at + LOOKUP.destination, device, table });
    return route === undefined ? FOUND.notForwarded : fill(at, family, route, network, flags);
  };
  /** Without a length of its own the packet itself must fit the device. */
  const checkPacket = (skb: Skb, at: number, network: ProgramNetwork): number => {
    const device = network.device(memory.uint32(at + LOOKUP.ifindex))!;
    set16(at + LOOKUP.length, device.mtu);
    const fits = skb.segmentSize !== 0 || skb.length <= device.mtu + device.headerLength + VLAN_TAG;
    return fits ? FOUND.success : FOUND.fragmentationNeeded;
  };
  const ipFamily = (at: number): 4 | 6 | undefined => {
    const family = memory.bytes[at + LOOKUP.family];
    return family === AF_INET ? 4 : family === AF_INET6 ? 6 : undefined;
  };

  return new Map([
    helper32(69, "bpf_fib_lookup", 4, "signed", (_context, parameters, bytes, flags) => {
      if (bytes! < LOOKUP_BYTES || (flags! & ~ALL_FLAGS) !== 0) return -ERRNO.EINVAL;
      const at = parameters! >>> 0;
      const family = ipFamily(at);
      if (family === undefined) return NO_FAMILY;
      const { skb, host } = running.block;
      const network = host?.network;
      if (network === undefined) return -ERRNO.ENODEV;
      const gaveLength = get16(at + LOOKUP.length) !== 0;
      const answer = lookUp(at, family, network, flags!);
      return answer === FOUND.success && kind === "skb" && !gaveLength ? checkPacket(skb!, at, network) : answer;
    }),
    helper32(163, "bpf_check_mtu", 5, "signed", (_context, ifindex, lengthAt, difference, flags) => {
      const at = lengthAt! >>> 0;
      const given = memory.uint32(at);
      const segments = flags === CHECK_SEGMENTS && kind === "skb";
      if (flags !== 0 && !segments) return -ERRNO.EINVAL;
      if (segments && (difference !== 0 || given !== 0)) return -ERRNO.EINVAL;
      const { skb, host } = running.block;
      const device = host?.network?.device(ifindex! >>> 0 || skb!.ifindex);
      if (device === undefined) return -ERRNO.ENODEV;
      const length = ((given === 0 ? skb!.length : given + device.headerLength) + difference!) | 0;
      let answer = length <= device.mtu + device.headerLength ? FITS : TOO_LONG;
      if (answer === TOO_LONG && kind === "skb" && skb!.segmentSize !== 0) {
        answer = FITS;
        if (segments && !hasTransportHeader(skb!)) return -ERRNO.EINVAL;
        if (segments && lengthOfSegment(memory.bytes, skb!) > device.mtu) answer = SEGMENTS_TOO_LONG;
      }
      memory.setUint32(at, device.mtu);
      return answer;
    }),
  ]);
}

/** Addresses that mean something on one link only (rt6_need_strict): link-local ones, groups, the loopback address. */
function needsLink(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0xff || (bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0x80)) return true;
  for (let i = 0; i < 15; i++) if (bytes[at + i] !== 0) return false;
  return bytes[at + 15] === 1;
}
