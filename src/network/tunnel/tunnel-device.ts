import { flowHash } from "../../packet/dissect/flow-hash.ts";
import type { Skb } from "../../packet/skb.ts";
import { TUNNEL, type TunnelInfo } from "../../packet/tunnel-info.ts";
import type { TunnelDeviceModel } from "../../topology/model.ts";
import { ETH_P_IP, ETH_P_IPV6, readOutgoing } from "../ethernet-frame.ts";
import type { Host } from "../host.ts";
import type { Carrier, Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { encapsulated, fieldOf } from "./ecn.ts";
import { type Outer, wrap } from "./wrap.ts";

/** Source ports: of net.ipv4.ip_local_port_range; Geneve takes any. */
const PORTS = { vxlan: [32_768, 60_999], geneve: [1, 65_535] } as const;
/** Devices that a packet may be sent through within one transmission (XMIT_RECURSION_LIMIT). */
const MOST_AT_ONCE = 8;
/** A TOS that stands for that of the packet in it. */
const INHERIT = 1;

/**
 * What a tunnel device sends by that programs tell where each packet goes (`external`): the host that it is on (vxlan_xmit_one,
 * geneve_xmit_skb, gre_fb_xmit with ip_md_tunnel_xmit).
 */
export class TunnelDevice implements Carrier {
  readonly readsTunnel = true;
  readonly model: TunnelDeviceModel;
  readonly device: Interface;
  private readonly host: Host;
  private readonly world: World;
  private readonly flowSeed: number;
  /** Packets that it is sending, one inside another. */
  private depth = 0;
  /** Of GRE: of all that it sends. */
  private sequence = 0;

  constructor(model: TunnelDeviceModel, device: Interface, host: Host, world: World) {
    this.model = model;
    this.device = device;
    this.host = host;
    this.world = world;
    this.flowSeed = world.random("flow hash").uint32();
  }

  send(skb: Skb): void {
    const { model, device, host, world } = this;
    const { ledger, pool } = world;
    const info = skb.tunnel;
    skb.tunnel = undefined;
    if (info?.mode !== "transmit" || (model.type === "gretap" && info.family !== 4)) {
      ledger.drop(skb, device.label, "TUNNEL_TXINFO");
      return;
    }
    const { family, destination } = info;
    const route = host.ip.route(family, destination, 0);
    const isGiven = info.source.some((byte) => byte !== 0);
    const source = isGiven ? info.source : host.ip.sourceTowards(family, destination, 0, route);
    if (route === undefined || source === undefined) {
      ledger.drop(skb, device.label, "IP_OUTNOROUTES");
      return;
    }
    if (route.device === device || this.depth >= MOST_AT_ONCE) {
      ledger.drop(skb, device.label, "REDIRECT_LOOP");
      return;
    }
    readOutgoing(world.store.bytes, skb);
    wrap(pool, skb, this.outer(skb, info, source));
    skb.hash = 0;
    skb.ingressIfindex = 0;
    skb.pktType = 0;
    this.depth++;
    host.ip.output(skb, family, route);
    this.depth--;
  }

  private outer(skb: Skb, info: TunnelInfo, source: Uint8Array): Outer {
    const { type, destinationPort } = this.model;
    const { bytes } = this.world.store;
    const has = (flag: number) => (info.flags & flag) !== 0;
    const isGre = type === "gretap";
    const tos = isGre && info.tos === INHERIT ? fieldOf(bytes, skb) : info.tos;
    return {
      kind: isGre ? "gre" : type,
      source,
      destination: info.destination,
      key: Number(BigInt.asUintN(32, info.id)),
      hasKey: has(TUNNEL.key),
      tos: encapsulated(bytes, skb, tos),
      ttl: this.hops(skb, info),
      df: has(TUNNEL.dontFragment),
      csum: has(TUNNEL.checksum),
      sourcePort: isGre ? 0 : this.sourcePort(skb, PORTS[type]),
      destinationPort,
      label: info.label,
      ...(type === "geneve" && has(TUNNEL.geneveOptions) && { options: info.options }),
      ...(isGre && has(TUNNEL.sequence) && { sequence: this.sequence++ }),
    };
  }

  /** Geneve takes 0 as it is, GRE the packet's own, VXLAN the host's. */
  private hops({ protocol, networkHeader }: Skb, { ttl }: TunnelInfo): number {
    const { type } = this.model;
    if (ttl !== 0 || type === "geneve") return ttl;
    const { bytes } = this.world.store;
    if (type === "gretap" && protocol === ETH_P_IP) return bytes[networkHeader + 8]!;
    if (type === "gretap" && protocol === ETH_P_IPV6) return bytes[networkHeader + 7]!;
    return this.host.ip.ttl;
  }

  /** udp_flow_src_port */
  private sourcePort(skb: Skb, [least, most]: readonly [number, number]): number {
    let hash = skb.hash || flowHash(this.world.store.bytes, skb, this.flowSeed);
    hash = (hash ^ (hash << 16)) >>> 0;
    return least + Math.floor((hash * (most - least)) / 0x1_0000_0000);
  }
}
