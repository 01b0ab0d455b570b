import type { Skb } from "../../../packet/skb.ts";
import { copyBytes, get32 } from "../../../packet/wire.ts";
import type { PortModel } from "../../../topology/model.ts";
import type { Host } from "../../host.ts";
import type { Interface } from "../../interface.ts";
import { type Outer, wrap } from "../../tunnel/wrap.ts";
import type { World } from "../../world.ts";
import { flowHash } from "../datapath/flow-hash.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import { AT, TUNNEL_FLAGS } from "../flow/layout.ts";
import { DevicePort } from "./device-port.ts";

/** Where the fields of a packet's tunnel stand in PacketState.tunnel. */
const TUNNEL = {
  key: AT.tunId + 4 - AT.tunId,
  source: AT.tunSrc - AT.tunId,
  destination: AT.tunDst - AT.tunId,
  flags: AT.tunFlags + 1 - AT.tunId,
  tos: AT.tunTos - AT.tunId,
  ttl: AT.tunTtl - AT.tunId,
};
const DEFAULT_TTL = 64;

/** A port whose packets go, in VXLAN, Geneve or GRE, through the host that the switch runs on (net/openvswitch/vport-*.c). */
export class TunnelPort extends DevicePort {
  private readonly host: Host | undefined;
  private readonly outer: Outer;

  constructor(model: PortModel, device: Interface, host: Host | undefined, world: World) {
    super(model, device, world);
    this.host = host;
    const { destinationPort } = model.tunnel!;
    this.outer = {
      kind: model.type as Outer["kind"],
      source: new Uint8Array(4),
      destination: new Uint8Array(4),
      key: 0,
      hasKey: false,
      tos: 0,
      ttl: DEFAULT_TTL,
      df: true,
      csum: false,
      sourcePort: 0,
      destinationPort,
    };
  }

  get isUp(): boolean {
    return this.host !== undefined;
  }

  /** The flow's tunnel has precedence over the port's own settings. */
  send(skb: Skb, state: PacketState): void {
    const { outer, world } = this;
    const { ledger, pool } = world;
    if (!this.address(state)) {
      ledger.drop(skb, this.label, "OVS_TUNNEL");
      return;
    }
    const { ip } = this.host!;
    const route = ip.route(4, outer.destination, 0);
    const source = get32(outer.source, 0) === 0 ? ip.sourceTowards(4, outer.destination, 0, route) : outer.source;
    if (source === undefined || route === undefined) {
      ledger.drop(skb, this.label, "IP_OUTNOROUTES");
      return;
    }
    if (source !== outer.source) copyBytes(outer.source, 0, source, 0, 4);
    this.settle(skb);
    this.device.count(skb, "out");
    outer.sourcePort = 32_768 + (flowHash(state.key, "l4", 0) % 28_233);
    wrap(pool, skb, outer);
    ip.output(skb, 4, route);
  }

  /** Fills what the outer headers will say; false: the tunnel has no end. */
  private address({ hasTunnel, tunnel }: PacketState): boolean {
    const options = this.tunnel!;
    const { outer } = this;
    outer.source.fill(0);
    if (options.local instanceof Uint8Array) copyBytes(outer.source, 0, options.local, 0, 4);
    outer.hasKey = options.key !== undefined;
    outer.key = typeof options.key === "number" ? options.key : 0;
    outer.tos = typeof options.tos === "number" ? options.tos : 0;
    outer.ttl = typeof options.ttl === "number" ? options.ttl : DEFAULT_TTL;
    outer.df = options.df;
    outer.csum = options.csum;
    if (options.remote instanceof Uint8Array) copyBytes(outer.destination, 0, options.remote, 0, 4);
    else if (!hasTunnel) return false;
    if (!hasTunnel) return true;
    if (get32(tunnel, TUNNEL.destination) !== 0) copyBytes(outer.destination, 0, tunnel, TUNNEL.destination, 4);
    else if (options.remote === "flow") return false;
    if (get32(tunnel, TUNNEL.source) !== 0) copyBytes(outer.source, 0, tunnel, TUNNEL.source, 4);
    const flags = tunnel[TUNNEL.flags]!;
    outer.hasKey = (flags & TUNNEL_FLAGS.key) !== 0 || outer.hasKey;
    outer.key = get32(tunnel, TUNNEL.key);
    outer.tos = tunnel[TUNNEL.tos]!;
    if (tunnel[TUNNEL.ttl] !== 0) outer.ttl = tunnel[TUNNEL.ttl]!;
    outer.df = (flags & TUNNEL_FLAGS.df) !== 0;
    outer.csum = (flags & TUNNEL_FLAGS.csum) !== 0;
    return true;
  }
}
