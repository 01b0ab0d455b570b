import type { World } from "../network/world.ts";
import { ADDRESSES } from "../packet/checksum.ts";
import type { EncodedPacket, EncodingDefaults } from "../packet/describe/description.ts";
import { encodePacket } from "../packet/describe/encode.ts";
import type { PacketTraffic } from "../topology/model.ts";
import { encodingDefaults } from "./encoding-defaults.ts";
import { deviceOf, type Endpoint, hostOf, labelOf } from "./endpoint.ts";
import { frameSender } from "./frame-sender.ts";
import { Pacer } from "./pacer.ts";
import type { TrafficSource } from "./traffic-source.ts";

/** Sends a described packet again and again: encoded once, then copied. */
export class PacketSource implements TrafficSource {
  readonly kind = "packet";
  readonly description: string;
  private readonly model: PacketTraffic;
  private readonly from: Endpoint;
  private readonly peer: Endpoint | undefined;
  private readonly world: World;
  private readonly pacer: Pacer;
  private encoded: EncodedPacket | undefined;

  /** @param peer whom the packets are for, whose addresses are the defaults. */
  constructor(model: PacketTraffic, from: Endpoint, peer: Endpoint | undefined, world: World, label: string) {
    this.model = model;
    this.from = from;
    this.peer = peer;
    this.world = world;
    this.pacer = new Pacer(model.schedule, world.simulation, world.random(label), () => this.send());
    const layers = model.packet.layers.map(({ kind }) => kind).join("/");
    const way = model.direction === "in" ? "arriving at" : "from";
    this.description = `${layers} packets ${way} ${labelOf(from)}${peer === undefined ? "" : ` to ${labelOf(peer)}`}`;
  }

  get sent(): number {
    return this.pacer.sent;
  }

  start(): void {
    this.pacer.start();
  }

  close(): void {}

  private send(): void {
    const { world, from } = this;
    const { bytes, begins } = this.encode();
    const skb = world.ledger.enter(world.pool.from(bytes, 0, bytes.length));
    const host = hostOf(from);
    if (this.model.direction === "in") deviceOf(from).receive(skb);
    else if (begins === "ether" || host === undefined) frameSender(from)(skb);
    else {
      const family = begins === "ipv4" ? 4 : 6;
      skb.protocol = family === 4 ? 0x0800 : 0x86dd;
      const at = skb.data + ADDRESSES[family].destination;
      host.ip.output(skb, family, from.device && host.ip.route(family, world.store.bytes, at, from.device));
    }
  }

  /** The packet that is sent each time. */
  encode(): EncodedPacket {
    if (this.encoded !== undefined) return this.encoded;
    const { direction, packet } = this.model;
    const own = encodingDefaults(this.from, this.peer);
    const defaults = direction === "in" ? reversed(own) : own;
    let encoded = encodePacket(packet, defaults);
    // What is on a wire is always a frame; only a host's IP stack takes less and makes one.
    if (encoded.begins !== "ether" && (direction === "in" || hostOf(this.from) === undefined))
      encoded = encodePacket({ layers: [{ kind: "ether", fields: {} }, ...packet.layers] }, defaults);
    this.encoded = encoded;
    return encoded;
  }
}

/** The defaults of a packet that comes from the other side. */
function reversed(defaults: EncodingDefaults): EncodingDefaults {
  const { sourceMac, destinationMac, source4, destination4, source6, destination6, ttl } = defaults;
  return {
    ttl,
    ...(destinationMac && { sourceMac: destinationMac }),
    ...(sourceMac && { destinationMac: sourceMac }),
    ...(destination4 && { source4: destination4 }),
    ...(source4 && { destination4: source4 }),
    ...(destination6 && { source6: destination6 }),
    ...(source6 && { destination6: source6 }),
  };
}
