import type { Skb } from "../packet/skb.ts";
import type { ForwardingSite, OvsSite, OvsVerdict } from "./ovs/site.ts";
import type { NextHop, ProgramNetwork } from "./program-network.ts";

/** Where a program finds a packet's bytes. */
export interface PacketSite {
  /** Address of the first byte that a program sees, in the skb's memory. */
  dataAddress: number;
  /** Bytes from there to the packet's end. */
  length: number;
}

/** A socket's receive queue. */
export interface SocketSite extends PacketSite {
  /** Bytes that are never trimmed away (include/linux/filter.h, the `cap` of sk_filter_trim_cap). */
  minimum: number;
}

/** What becomes of a packet on the way into a socket's receive queue. */
export interface SocketVerdict {
  action: "pass" | "drop";
  /** Bytes from the site's first byte that are kept; meaningful for `pass`. */
  length: number;
}

/** Where a program runs that may send packets on: a host, by the devices it has. */
export interface HostSite extends PacketSite {
  /** Absent where the host's devices are out of reach. */
  host: ProgramHost | undefined;
}

/** What helpers of a program can do to the host that it runs on. */
export interface ProgramHost {
  /** Is there a device of that index? */
  hasDevice(ifindex: number): boolean;
  /** Its routes, neighbours and sockets; absent: it has none. */
  readonly network?: ProgramNetwork;
  /**
   * Sends a packet by a device, or has it come in there; it is the host's from now on. Runs that device's programs.
   * @returns what dev_queue_xmit gives: one of NET_XMIT_*, or a negative error number; 0 of what comes in.
   */
  redirect(skb: Skb, ifindex: number, ingress: boolean): number;
  /**
   * Sends a packet whose data begins at its MAC header by a device, with the link-layer addresses of its next hop (bpf_redirect_neigh).
   * @param nextHop absent: the one that the host's routes by that device have.
   */
  sendToNeighbour(skb: Skb, ifindex: number, nextHop?: NextHop): void;
  /** Has a packet come in at the other end of a device's cable, in the host there, at once (bpf_redirect_peer); false: there is none. */
  passToPeer(skb: Skb, ifindex: number): boolean;
  /** A copy of a packet, to be sent somewhere. */
  copy(skb: Skb): Skb;
}

/** A filter of traffic control. */
export interface TcFilterSite extends HostSite {
  directAction: boolean;
  /** The class that the filter is configured with. */
  classid: number;
}

/** What a filter decided. */
export interface TcFilterVerdict {
  /** One of TC_ACT; UNSPEC: the next filter. */
  action: number;
  /** 32 bits, unsigned. */
  classid: number;
}

export interface TcActionSite extends HostSite {
  /** The answer that the action is configured with; one of TC_ACT. */
  configured: number;
}

export interface TcActionVerdict {
  /** One of TC_ACT. */
  action: number;
}

/** What drivers tell programs of XDP beside the frame (struct xdp_buff). */
export interface XdpSite extends HostSite {
  /** Number of the queue that the frame came in by. */
  queue: number;
  /** Index of the device that sends the frame next; 0: none does. */
  egressIfindex: number;
  /** Bytes of the frame's memory before its data; the program may move them. */
  headroom: number;
}

/** What becomes of a frame that a program of XDP has seen. */
export interface XdpVerdict {
  /** One of XDP_ACTION. */
  action: number;
}

/** What programs at an event are given. */
export interface EventSubject {
  /** Address of the event's record. */
  readonly address: number;
}

/** Where an event came about. */
export interface EventSite {
  /** Name of the node. */
  node: string;
}

/** What a program wants of the event that it was run for. */
export interface EventVerdict {
  /** The event goes on to whoever else listens (perf); nothing in the simulation does. */
  keeps: boolean;
}

/** What a program of a control group says of a packet. */
export interface CgroupVerdict {
  allows: boolean;
  /** The sender is told of congestion (BPF_RET_SET_CN). */
  congested: boolean;
}

/** What a program on a route has decided. */
export interface LwtVerdict {
  /** One of LWT_ACTION. */
  action: number;
}

/** Where a PPP device's packet begins, without PPP's own header. */
export interface PppSite extends HostSite {
  /** It goes out; absent: it comes in. */
  outgoing?: boolean;
}

export interface MatchVerdict {
  matches: boolean;
}

/** Where a frame of a team device is sent. */
export interface HashVerdict {
  /** 0..255. */
  hash: number;
}

/**
 * The parts of a topology that programs attach to. For each: what its programs look at (`subject`), what the code there tells a
 * hook about it (`site`), and what it wants to be told (`verdict`). One object of the last two serves all packets.
 */
export interface HookPlaces {
  /** On the way into a socket's receive queue. Programs stand under `nodes.NODE.sockets.SOCKET`. */
  socket: { subject: Skb; site: SocketSite; verdict: SocketVerdict };
  /** Before everything else on a frame that comes in by a device. Programs stand under `nodes.NODE.interfaces.DEVICE`. */
  xdp: { subject: Skb; site: XdpSite; verdict: XdpVerdict };
  /** Behind a redirection, before the device sends the frame. Programs stand in values of a devmap. */
  "xdp-devmap": { subject: Skb; site: XdpSite; verdict: XdpVerdict };
  /** Behind a redirection, on the processor that has the frame then. Programs stand in values of a cpumap. */
  "xdp-cpumap": { subject: Skb; site: XdpSite; verdict: XdpVerdict };
  /** What comes to sockets of a control group. Programs stand under `nodes.NODE.cgroups.PATH`. */
  "cgroup-ingress": { subject: Skb; site: HostSite; verdict: CgroupVerdict };
  /** What sockets of a control group send. */
  "cgroup-egress": { subject: Skb; site: HostSite; verdict: CgroupVerdict };
  /** What comes in for a route. Programs stand in `encap.bpf` of `nodes.NODE.routes`. */
  "lwt-in": { subject: Skb; site: HostSite; verdict: LwtVerdict };
  /** What leaves by a route, before it is prepared for its link. */
  "lwt-out": { subject: Skb; site: HostSite; verdict: LwtVerdict };
  /** The same once nothing is left to do but to find the next hop's address. */
  "lwt-xmit": { subject: Skb; site: HostSite; verdict: LwtVerdict };
  /** A match of a rule of iptables. Programs stand under `nodes.NODE.iptables` and `ip6tables`. */
  "xt-match": { subject: Skb; site: HostSite; verdict: MatchVerdict };
  /** The port of a team device that a frame goes out by. Programs stand in `team` of `nodes.NODE.interfaces.DEVICE`. */
  "team-hash": { subject: Skb; site: HostSite; verdict: HashVerdict };
  /** Which packets a PPP device lets through. Programs stand in `ppp` of `nodes.NODE.interfaces.DEVICE`. */
  "ppp-pass": { subject: Skb; site: PppSite; verdict: MatchVerdict };
  /** Which packets keep a PPP device's connection from being idle. */
  "ppp-active": { subject: Skb; site: PppSite; verdict: MatchVerdict };
  /** A filter of a device's traffic control, which classifies packets. Programs stand in `nodes.NODE.tc.DEVICE`. */
  "tc-filter": { subject: Skb; site: TcFilterSite; verdict: TcFilterVerdict };
  /** An action of such a filter. */
  "tc-action": { subject: Skb; site: TcActionSite; verdict: TcActionVerdict };
  /** Before the filters of what comes in by a device. */
  "tcx-ingress": { subject: Skb; site: HostSite; verdict: TcActionVerdict };
  /** Before the filters of what goes out by a device. */
  "tcx-egress": { subject: Skb; site: HostSite; verdict: TcActionVerdict };
  /** An event of the simulated kernels. Programs stand under `tracing`. */
  event: { subject: EventSubject; site: EventSite; verdict: EventVerdict };
  /** Before a packet's flow key is looked up. The program stands under `nodes.NODE.hooks`, as those of the next two. */
  "ovs-parser": { subject: Skb; site: OvsSite; verdict: OvsVerdict };
  /** The action bpf(NAME,...) of a flow. */
  "ovs-flow-hit": { subject: Skb; site: OvsSite; verdict: OvsVerdict };
  /** After a look-up that has found no flow. */
  "ovs-flow-miss": { subject: Skb; site: OvsSite; verdict: OvsVerdict };
  /** The same for what comes in by one port, in the contract of 2013. The program stands under `nodes.NODE.interfaces.PORT`. */
  "ovs-port-miss": { subject: Skb; site: ForwardingSite; verdict: OvsVerdict };
}

export type HookPlace = keyof HookPlaces;

/** A verdict of each place, to be written over. Also the list of places that there are. */
export const BLANK_VERDICTS: { readonly [P in HookPlace]: () => HookPlaces[P]["verdict"] } = {
  socket: () => ({ action: "pass", length: 0 }),
  xdp: () => ({ action: 0 }),
  "xdp-devmap": () => ({ action: 0 }),
  "xdp-cpumap": () => ({ action: 0 }),
  "cgroup-ingress": () => ({ allows: true, congested: false }),
  "cgroup-egress": () => ({ allows: true, congested: false }),
  "lwt-in": () => ({ action: 0 }),
  "lwt-out": () => ({ action: 0 }),
  "lwt-xmit": () => ({ action: 0 }),
  "xt-match": () => ({ matches: false }),
  "team-hash": () => ({ hash: 0 }),
  "ppp-pass": () => ({ matches: false }),
  "ppp-active": () => ({ matches: false }),
  "tc-filter": () => ({ action: 0, classid: 0 }),
  "tc-action": () => ({ action: 0 }),
  "tcx-ingress": () => ({ action: 0 }),
  "tcx-egress": () => ({ action: 0 }),
  event: () => ({ keeps: true }),
  "ovs-parser": () => ({ verdict: "continue" }),
  "ovs-flow-hit": () => ({ verdict: "continue" }),
  "ovs-flow-miss": () => ({ verdict: "continue" }),
  "ovs-port-miss": () => ({ verdict: "drop" }),
};

/** Places whose programs see frames as drivers have them (struct xdp_md). */
export const SEES_FRAMES: readonly HookPlace[] = ["xdp", "xdp-devmap", "xdp-cpumap"];

/** Whether programs there look at packets. */
export const SEES_PACKETS: { readonly [P in HookPlace]: HookPlaces[P]["subject"] extends Skb ? true : false } = {
  socket: true,
  xdp: true,
  "xdp-devmap": true,
  "xdp-cpumap": true,
  "cgroup-ingress": true,
  "cgroup-egress": true,
  "lwt-in": true,
  "lwt-out": true,
  "lwt-xmit": true,
  "xt-match": true,
  "team-hash": true,
  "ppp-pass": true,
  "ppp-active": true,
  "tc-filter": true,
  "tc-action": true,
  "tcx-ingress": true,
  "tcx-egress": true,
  event: false,
  "ovs-parser": true,
  "ovs-flow-hit": true,
  "ovs-flow-miss": true,
  "ovs-port-miss": true,
};
