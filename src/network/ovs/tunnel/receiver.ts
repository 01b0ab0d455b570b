import { checksumOf, sum16 } from "../../../packet/checksum.ts";
import { needsNoCheck } from "../../../packet/partial-checksum.ts";
import type { Skb } from "../../../packet/skb.ts";
import { copyBytes, get16, get32, sameBytes, set16, set32 } from "../../../packet/wire.ts";
import type { Host } from "../../host.ts";
import type { Interface } from "../../interface.ts";
import {
  ETH_P_TEB,
  GRE,
  GRE_CSUM,
  GRE_KEY,
  GRE_SEQUENCE,
  TUNNEL_HEADER,
  UDP_HEADER,
  unwrapped,
} from "../../tunnel/wrap.ts";
import type { World } from "../../world.ts";
import type { Datapath } from "../datapath/datapath.ts";
import { AT, TUNNEL_FLAGS } from "../flow/layout.ts";
import type { TunnelPort } from "../port/tunnel-port.ts";

const VXLAN_HAS_VNI = 0x0800_0000;
const IPV4_SOURCE = 12;
const IPV4_DESTINATION = 16;

/** Takes tunnelled packets from a host and gives what is in them to the switch's tunnel ports (vxlan_rcv, geneve_rx, gre_rcv). */
export class TunnelReceiver {
  private readonly ports: readonly TunnelPort[];
  private readonly datapath: Datapath;
  private readonly world: World;
  /** A key's bytes from AT.tunId on. */
  private readonly tunnel = new Uint8Array(AT.user - AT.tunId);

  constructor(ports: readonly TunnelPort[], host: Host, datapath: Datapath, world: World) {
    this.ports = ports;
    this.datapath = datapath;
    this.world = world;
    for (const { kind, tunnel } of ports)
      if (kind === "gre") host.ip.protocols.set(GRE, (device, skb) => this.receiveGre(device, skb));
      else
        host.ip.udp.encapsulations.set(tunnel!.destinationPort, (device, skb) =>
          this.receiveUdp(device, skb, kind === "vxlan" ? "vxlan" : "geneve"),
        );
  }

  private receiveUdp(device: Interface, skb: Skb, kind: "vxlan" | "geneve"): void {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const header = at + UDP_HEADER;
    const rest = skb.data + skb.length - header;
    const options = kind === "geneve" && rest >= TUNNEL_HEADER ? (bytes[header]! & 0x3f) * 4 : 0;
    if (rest < TUNNEL_HEADER + options) {
      this.world.ledger.drop(skb, device.label, "PKT_TOO_SMALL");
      return;
    }
    const isGood =
      kind === "vxlan" ? (get32(bytes, header) & VXLAN_HAS_VNI) !== 0 : get16(bytes, header + 2) === ETH_P_TEB;
    const port = isGood ? this.find(kind, get32(bytes, header + 4) >>> 8, true, skb, get16(bytes, at + 2)) : undefined;
    const flags = TUNNEL_FLAGS.key | (get16(bytes, at + 6) === 0 ? 0 : TUNNEL_FLAGS.csum);
    this.describe(skb, get32(bytes, header + 4) >>> 8, flags);
    copyBytes(this.tunnel, AT.tunTpSrc - AT.tunId, bytes, at, 4);
    this.take(device, skb, header + TUNNEL_HEADER + options, port);
  }

  private receiveGre(device: Interface, skb: Skb): void {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const rest = skb.data + skb.length - at;
    const flags = rest >= 4 ? get16(bytes, at) : 0;
    const hasKey = (flags & GRE_KEY) !== 0;
    const hasChecksum = (flags & GRE_CSUM) !== 0;
    const size = 4 + (hasChecksum ? 4 : 0) + (hasKey ? 4 : 0) + ((flags & GRE_SEQUENCE) === 0 ? 0 : 4);
    if (rest < size) {
      this.world.ledger.drop(skb, device.label, "PKT_TOO_SMALL");
      return;
    }
    const isRight = !hasChecksum || needsNoCheck(skb) || checksumOf(sum16(bytes, at, rest)) === 0;
    const isGood = get16(bytes, at + 2) === ETH_P_TEB && isRight;
    const key = hasKey ? get32(bytes, at + (hasChecksum ? 8 : 4)) : 0;
    const port = isGood ? this.find("gre", key, hasKey, skb, 0) : undefined;
    this.describe(skb, key, (hasKey ? TUNNEL_FLAGS.key : 0) | (hasChecksum ? TUNNEL_FLAGS.csum : 0));
    set32(this.tunnel, AT.tunTpSrc - AT.tunId, 0);
    this.take(device, skb, at + size, port);
  }

  /** The port whose settings fit best: those that name address and key before those that leave them to flows (tnl_find). */
  private find(kind: string, key: number, hasKey: boolean, skb: Skb, destinationPort: number): TunnelPort | undefined {
    const { bytes } = this.world.store;
    let best: TunnelPort | undefined;
    let bestScore = -1;
    for (const port of this.ports) {
      const tunnel = port.tunnel!;
      if (port.kind !== kind || tunnel.destinationPort !== destinationPort) continue;
      const { remote, local } = tunnel;
      if (remote instanceof Uint8Array && !sameBytes(bytes, skb.data + IPV4_SOURCE, remote, 0, 4)) continue;
      if (local instanceof Uint8Array && !sameBytes(bytes, skb.data + IPV4_DESTINATION, local, 0, 4)) continue;
      const isAnyKey = tunnel.key === "flow";
      if (
        !isAnyKey &&
        (kind === "gre"
          ? hasKey !== (tunnel.key !== undefined) || (hasKey && tunnel.key !== key)
          : (tunnel.key ?? 0) !== key)
      )
        continue;
      const score = (remote === "flow" ? 0 : 4) + (isAnyKey ? 0 : 2) + (local === undefined ? 0 : 1);
      if (score > bestScore) {
        best = port;
        bestScore = score;
      }
    }
    return best;
  }

  /** Fills the tunnel's part of the key from the outer headers. */
  private describe(skb: Skb, key: number, flags: number): void {
    const { bytes } = this.world.store;
    const { tunnel } = this;
    tunnel.fill(0);
    set32(tunnel, 4, key);
    copyBytes(tunnel, AT.tunSrc - AT.tunId, bytes, skb.data + IPV4_SOURCE, 8);
    const hasDf = (bytes[skb.data + 6]! & 0x40) !== 0;
    set16(tunnel, AT.tunFlags - AT.tunId, flags | (hasDf ? TUNNEL_FLAGS.df : 0));
    tunnel[AT.tunTos - AT.tunId] = bytes[skb.data + 1]!;
    tunnel[AT.tunTtl - AT.tunId] = bytes[skb.data + 8]!;
  }

  private take(device: Interface, skb: Skb, inner: number, port: TunnelPort | undefined): void {
    if (port === undefined) {
      this.world.ledger.drop(skb, device.label, "OVS_TUNNEL");
      return;
    }
    skb.length -= inner - skb.data;
    skb.originalLength = skb.length;
    skb.data = inner;
    skb.macHeader = inner;
    unwrapped(skb);
    skb.ifindex = port.ifindex;
    skb.ingressIfindex = port.ifindex;
    port.device.count(skb, "in");
    this.datapath.receive(port, skb, this.tunnel);
  }
}
