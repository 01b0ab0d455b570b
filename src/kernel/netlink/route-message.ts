import { NetlinkAttributes } from "./netlink-attributes.ts";

/** Messages about routes (include/uapi/linux/rtnetlink.h). */
export const ROUTE_MESSAGE = { newRoute: 24 } as const;
const FAMILY = { 4: 2, 6: 10 } as const;
/** RTA_* */
const RTA = { destination: 1, device: 4, gateway: 5, metric: 6, encapType: 21, encap: 22 } as const;
/** LWTUNNEL_ENCAP_BPF */
const ENCAP_BPF = 6;
/** LWT_BPF_* */
const SIDE = { in: 1, out: 2, xmit: 3 } as const;
/** LWT_BPF_PROG_* */
const PROGRAM = { descriptor: 1, name: 2 } as const;
/** RT_TABLE_MAIN, RTPROT_BOOT, RTN_UNICAST */
const [MAIN, BOOT, UNICAST] = [254, 3, 1];
/** RT_SCOPE_UNIVERSE, RT_SCOPE_LINK */
const [UNIVERSE, LINK] = [0, 253];

/** A loaded program on a route. */
export interface RouteProgram {
  readonly side: keyof typeof SIDE;
  readonly descriptor: number;
  /** The kernel takes routes for the same whose programs have the same names (bpf_encap_cmp). */
  readonly name: string;
}

/** A route in the kernel's terms. */
export interface RouteSubject {
  readonly family: 4 | 6;
  readonly destination: Uint8Array;
  readonly prefix: number;
  readonly via?: Uint8Array;
  /** Index of the interface. */
  readonly device?: number;
  readonly metric: number;
  readonly programs: readonly RouteProgram[];
}

/** The body of a message (struct rtmsg and its attributes). */
export function routeMessage(route: RouteSubject): Buffer {
  const { family, destination, prefix, via, device, metric, programs } = route;
  const scope = via === undefined && family === 4 ? LINK : UNIVERSE;
  const header = Buffer.from([FAMILY[family], prefix, 0, 0, MAIN, BOOT, scope, UNICAST, 0, 0, 0, 0]);
  const attributes = new NetlinkAttributes();
  if (prefix > 0) attributes.bytes(RTA.destination, destination);
  if (via !== undefined) attributes.bytes(RTA.gateway, via);
  if (device !== undefined) attributes.words(RTA.device, device);
  if (metric !== 0) attributes.words(RTA.metric, metric);
  if (programs.length > 0) {
    const encap = new NetlinkAttributes();
    for (const { side, descriptor, name } of programs)
      encap.nested(SIDE[side], new NetlinkAttributes().words(PROGRAM.descriptor, descriptor).text(PROGRAM.name, name));
    attributes.short(RTA.encapType, ENCAP_BPF).nested(RTA.encap, encap);
  }
  return Buffer.concat([header, attributes.encode()]);
}
